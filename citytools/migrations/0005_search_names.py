"""The names by which records are found, spelt out, and the function that finds them by index.

The planner takes a comparison of trigrams for as cheap as any other, and would compare each name:
in the function it is told to take the indexes (65 ms become 2). What the function gives is more
than fits: who calls it compares those few closely.
"""

import django.contrib.postgres.indexes
from django.db import migrations, models

_CANDIDATES = r"""
CREATE FUNCTION search_candidates(phrases text[], tokens text[]) RETURNS SETOF bigint
LANGUAGE sql STABLE ROWS 100
SET enable_seqscan = off
SET enable_indexscan = off
SET enable_indexonlyscan = off
SET pg_trgm.similarity_threshold = 0.2
SET pg_trgm.strict_word_similarity_threshold = 0.2
AS $$
    WITH phrase AS (
        SELECT phrase, replace(replace(' ' || phrase || ' ', ' and ', ' '), ' ', '') AS squashed
        FROM unnest(phrases) AS phrase
    )
    SELECT name.id FROM phrase JOIN citytools_searchname AS name
        ON name.kind <> 'borough' AND name.text LIKE '% ' || phrase || '%'
    UNION
    SELECT name.id FROM phrase JOIN citytools_searchname AS name
        ON name.kind <> 'borough' AND name.squashed = phrase.squashed
    UNION
    SELECT name.id FROM phrase JOIN citytools_searchname AS name
        ON name.kind <> 'borough' AND name.squashed LIKE '%' || phrase.squashed || '%'
    WHERE length(phrase.squashed) >= 4
    UNION
    SELECT name.id FROM phrase JOIN citytools_searchname AS name
        ON name.kind <> 'borough' AND name.squashed % phrase.squashed
    WHERE length(phrase) >= 4
    UNION
    SELECT name.id FROM phrase JOIN citytools_searchname AS name
        ON name.kind <> 'borough' AND phrase <<% name.words
    WHERE length(phrase) >= 4
    UNION
    SELECT name.id FROM unnest(tokens) AS token JOIN citytools_searchname AS name
        ON name.kind <> 'borough' AND name.text LIKE '% ' || token || '%'
    UNION
    SELECT name.id FROM unnest(tokens) AS token JOIN citytools_searchname AS name
        ON name.kind <> 'borough' AND token <<% name.words
    WHERE length(token) > 3
$$
"""


class Migration(migrations.Migration):

    dependencies = [
        ('boroughs', '0007_search_functions'),
        ('citytools', '0004_derived_value'),
    ]

    operations = [
        migrations.CreateModel(
            name='SearchName',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=63)),
                ('source_id', models.BigIntegerField()),
                ('kind', models.CharField(max_length=20)),
                ('record', models.BigIntegerField()),
                ('role', models.CharField(max_length=40)),
                ('term', models.TextField()),
                ('weight', models.FloatField()),
                ('illustrative', models.BooleanField()),
                ('words', models.TextField()),
                ('squashed', models.TextField()),
                ('text', models.TextField()),
            ],
            options={
                'indexes': [models.Index(fields=['source', 'source_id'], name='search_name_source'), models.Index(fields=['kind', 'record'], name='search_name_record'), django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(models.F('words'), 'gin_trgm_ops'), condition=models.Q(('kind', 'borough'), _negated=True), name='search_name_words'), django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(models.F('squashed'), 'gin_trgm_ops'), condition=models.Q(('kind', 'borough'), _negated=True), name='search_name_squashed'), django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(models.F('text'), 'gin_trgm_ops'), condition=models.Q(('kind', 'borough'), _negated=True), name='search_name_text')],
            },
        ),
        migrations.RunSQL(
            _CANDIDATES, "DROP FUNCTION search_candidates(text[], text[])"
        ),
    ]
