UPDATE saved_filters SET terms = regexp_replace(terms, '^(\d+)-(\d+)$', '[\1,\2)')
WHERE filter_id <= 700 AND terms ~ '^\d+-\d+$';
