"""Files of time series: reading, detecting their format, validating, converting to records.

```
options            the arguments that describe a file
 ├─ mapping_file   the same, saved in a TOML file
sources            paths, archives and standard input, opened as bytes
tables             rows as columns of strings with their line numbers
 ├─ csv_dialect    encoding, delimiter and header line, detected or passed
 ├─ csv_escapes    quotes after backslashes
 ├─ csv_table      delimited text
 ├─ spreadsheet_table, parquet_table, json_table
time_texts         strings as nanoseconds since 1970
 ├─ time_suggestions   advice on timestamps that are not detected
 └─ local_times    local times as UTC, with repeated and skipped hours
numbers            strings as plain numbers, and other number formats
column_profile     the kinds of cells of a column
 └─ column_type    the resulting type
column_roles       which column contains times, assets, attributes, values
unnamed_columns    columns without a name that are ignored
observations       the layouts of files: one column per attribute, long, one column per asset
duplicates         several values of one asset, attribute and time
row_checker        ids, names and lengths
row_slices         rows in the format of the publisher
publish_plan       all of it: a file as batches of records, and its problems
```

Nothing is guessed silently. Ambiguous contents are problems, which are reported with their line,
column and cell and the argument that resolves them, before anything is sent.
"""
