"""How words and texts are folded for the search and for the box of every list.

The functions are immutable, so that generated columns and indexes may be made of them. `unaccent`
itself is not marked so, because its dictionary could be replaced; ours is not.
"""

from django.db import migrations

FUNCTIONS = r"""
CREATE OR REPLACE FUNCTION {schema}.search_words(text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
-- Lower case, without accents and signs, one space between words. An apostrophe joins (Children's,
-- childrens) and & is read as and; other signs divide.
BEGIN
    RETURN trim(regexp_replace(replace(translate(
        lower({extensions}.unaccent('{extensions}.unaccent'::regdictionary, normalize($1, NFC))),
        '''`´', ''), '&', ' and '), '[^[:alnum:]]+', ' ', 'g'));
END $$;

CREATE OR REPLACE FUNCTION {schema}.search_text(text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
-- The words; the same where other signs join (e-mail, email); and the text as it is, for signs that
-- are looked for. In lines of their own, so that no word reaches from one into the next.
DECLARE
    divided text := {schema}.search_words($1);
    joined text := {schema}.search_words(regexp_replace(
        {extensions}.unaccent('{extensions}.unaccent'::regdictionary, $1),
        '[^[:alnum:][:space:]&]+', '', 'g'));
BEGIN
    RETURN ' ' || divided || CASE WHEN joined = divided THEN '' ELSE E' \n ' || joined END
        || CASE WHEN lower($1) = divided THEN '' ELSE E' \n ' || lower($1) END || ' ';
END $$;

CREATE OR REPLACE FUNCTION {schema}.search_pattern(text, literal boolean) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
-- LIKE pattern of one word, wherever it stands in a text.
DECLARE
    words text := {schema}.search_words($1);
BEGIN
    IF literal OR words = '' THEN
        RETURN '%' || regexp_replace(lower($1), '([\\%_])', '\\\1', 'g') || '%';
    END IF;
    RETURN '%' || words || '%';
END $$;
"""


def make_functions(apps, schema_editor):
    """Name every function with its schema: a restored dump searches none."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT quote_ident(current_schema()), quote_ident(nspname) FROM pg_extension "
            "JOIN pg_namespace ON pg_namespace.oid = extnamespace WHERE extname = 'unaccent'"
        )
        ((schema, extensions),) = cursor.fetchall()
        cursor.execute(FUNCTIONS.format(schema=schema, extensions=extensions))


def drop_functions(apps, schema_editor):
    schema_editor.execute("DROP FUNCTION search_pattern(text, boolean)")
    schema_editor.execute("DROP FUNCTION search_text(text)")
    schema_editor.execute("DROP FUNCTION search_words(text)")


class Migration(migrations.Migration):
    dependencies = [("boroughs", "0006_statement_dates_and_confirmations")]

    operations = [migrations.RunPython(make_functions, drop_functions)]
