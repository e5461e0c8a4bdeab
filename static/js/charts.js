// Draws every figure of the page once it comes near the screen. Plotly is fetched only then.
(() => {
  const address = document.currentScript.dataset.plotly;
  // What all figures share; each says only what is its own.
  const look = {
    layout: {
      bargap: 0.25,
      dragmode: false,
      font: { family: "Arial, sans-serif", size: 14, color: "#0b0c0c" },
      legend: { orientation: "h", y: 1.02, yanchor: "bottom", x: 0, traceorder: "normal" },
      margin: { l: 8, r: 32, t: 8, b: 8 },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      xaxis: { automargin: true, gridcolor: "#e5e6e7" },
      yaxis: { automargin: true, gridcolor: "#e5e6e7" },
    },
    data: {
      bar: [{
        cliponaxis: false,
        textangle: 0,
        marker: {
          line: { color: "#505a5f", width: 0.5 },
          pattern: { fillmode: "overlay", fgcolor: "rgba(120,130,140,0.5)", size: 7, solidity: 0.15 },
        },
      }],
    },
  };
  let arriving = null;

  const plotly = () => {
    arriving ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = address;
      script.onload = () => resolve(window.Plotly);
      script.onerror = reject;
      document.head.append(script);
    });
    return arriving;
  };

  // On a phone: smaller letters, and the names beside sideways bars on several lines.
  const wrapped = (name) => name.replace(/(.{13,}?)[ ]/g, "$1<br>");
  // Small multiples stand one below the other.
  const stacked = (layout, panels) => {
    const axes = {};
    for (let number = 0; number < panels; number += 1) {
      const axis = number ? number + 1 : "";
      const low = 1 - (number + 1) / panels;
      axes[`xaxis${axis}`] = { ...layout[`xaxis${axis}`], domain: [0.02, 0.98] };
      axes[`yaxis${axis}`] = { ...layout[`yaxis${axis}`], domain: [low + 0.35 / panels, low + 0.86 / panels] };
    }
    return { ...layout, ...axes, height: panels * 190 };
  };
  const fitted = (layout, data, width) => {
    if (width >= 480) return layout;
    const small = { ...layout, font: { ...layout.font, size: 11 } };
    if (layout.meta?.phone) return { ...small, ...layout.meta.phone };
    if (layout.meta?.panels) return stacked(small, layout.meta.panels);
    if (data[0]?.orientation !== "h") return small;
    const names = [...new Set(data.flatMap((trace) => trace.y))];
    const axis = { tickmode: "array", tickvals: names, ticktext: names.map(wrapped), ticksuffix: "" };
    return { ...small, yaxis: { ...layout.yaxis, ...axis }, xaxis: { ...layout.xaxis, nticks: 4, tickangle: 0 } };
  };

  const draw = async (place) => {
    const { textContent } = document.getElementById(place.dataset.chart);
    // The name of my borough, wherever a figure has it as a category or a label
    const { myBoroughName: mine } = document.documentElement.dataset;
    const figure = JSON.parse(textContent, (_, value) => (mine && value === mine ? `◆ ${mine}` : value));
    const { newPlot } = await plotly();
    const layout = fitted(figure.layout, figure.data, place.clientWidth);
    await newPlot(place, figure.data, { ...layout, template: look }, { displayModeBar: false, responsive: true });
    place.dataset.drawn = "yes";
  };

  const watch = new IntersectionObserver((entries) => {
    for (const entry of entries.filter((one) => one.isIntersecting)) {
      watch.unobserve(entry.target);
      draw(entry.target).catch(() => entry.target.remove());  // the table still says it all
    }
  }, { rootMargin: "200px" });

  document.querySelectorAll("[data-chart]").forEach((place) => watch.observe(place));
})();
