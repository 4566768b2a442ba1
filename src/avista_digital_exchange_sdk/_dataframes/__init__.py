"""Arrow tables of results, pandas and polars DataFrames, and DataFrames to publish.

```
arrow_types            the types of attributes, and of columns
 ├─ csv_reader         a CSV result file as a table, or in batches as Parquet
 ├─ json_reader        assets with their data, in JSON, as a table
 │   └─ table_sink     the result of a query, by either of them
 ├─ sql_pages          pages of Timestream SQL as tables
 └─ input_frame        a DataFrame to publish, its values as strings
     ├─ string_types       the types of attributes whose values are strings
     └─ column_mapping     what its columns are
         └─ row_columns        its rows, to be published
convert                tables as pandas and polars DataFrames
```

Values are parsed from bytes to columns, without one Python object per value. Needs the extra
`arrow`.
"""
