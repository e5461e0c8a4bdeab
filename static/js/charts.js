// Draws every figure of the page once it comes near the screen. Plotly is fetched only then.
(() => {
  const address = document.currentScript.dataset.plotly;
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

  const draw = async (place) => {
    const figure = JSON.parse(document.getElementById(place.dataset.chart).textContent);
    const { newPlot } = await plotly();
    await newPlot(place, figure.data, figure.layout, { displayModeBar: false, responsive: true });
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
