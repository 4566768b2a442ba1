"""Results as columns: Arrow tables, and from them frames of pandas and polars; frames as records.

```
columns            the types of attributes, and of the columns they stand in
 ├─ csv_result     a result file in CSV as a table, or batch by batch as Parquet
 ├─ asset_data     assets with their data, in JSON, as a table
 │   └─ filter_query   a query's result, by way of either
 ├─ timestream     pages of Timestream SQL as tables
 └─ given          a frame that was given, its values as texts
     └─ layout     what its columns are
         └─ rows   its rows as records to publish
libraries          tables as frames of pandas and polars
```

Results go from bytes to columns, never through one Python object a value. Needs the extra `arrow`.
"""
