"""Files of time series: read, understood, checked, and turned into records to publish.

```
options            how to read a file, as the caller says
 ├─ mapping_file   the same, kept in a TOML file
sources            paths, archives and standard input, opened as bytes
tables             rows as columns of strings with their line numbers
 ├─ csv_dialect    encoding, delimiter and header line, found or stated
 ├─ csv_escapes    quotes after backslashes
 ├─ csv_table      delimited text
 ├─ spreadsheet_table, parquet_table, json_table
time_texts         strings as nanoseconds since 1970
 ├─ time_suggestions   advice on times that are not read by themselves
 └─ local_times    local times as UTC: the repeated and the missing hour
numbers            strings as plain numbers, and what else they may be
column_profile     what all cells of a column are
 └─ column_type    the type that follows
column_roles       which column holds times, assets, attributes, values
unnamed_columns    columns without a name that are left out
observations       the shapes of files: a column per attribute, long, a column per asset
duplicates         values of one asset, attribute and time
row_checker        ids, names and lengths
row_slices         rows as the publisher takes them
publish_plan       all of it: a file as batches of records, and what is doubtful in it
```

What was published is what the file said: nothing is guessed silently. Whatever is doubtful is a
problem with its line, column and cell and the argument that settles it, before anything is sent.
"""
