"""Results as columns: Arrow tables, and from them frames of pandas and polars.

```
columns       the types of attributes in Arrow, and the names and types of columns
 ├─ csv_result      a result file in CSV as a table, or batch by batch as Parquet
 ├─ asset_data      assets with their data, in JSON, as one series an attribute
 ├─ timestream      pages of Timestream SQL as a table
 └─ records         a frame as records to publish
libraries     tables as frames of pandas and polars
```

Values go from bytes to columns, never through one Python object each. Needs the extra `arrow`.
"""
