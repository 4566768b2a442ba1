"""Plots of time series.

```
loading        results, DataFrames and files as columns
files          reading of files
time_column    finding and parsing the time column
series         one series per attribute and asset
panels         assignment of series to panels by unit
downsampling   gaps, bands, and reduction of points
layout         size of the figure and positions of panels
theme          light and dark themes, and the user's rcParams
legends        line styles and legends
labels         truncation of names
units          SI prefixes
time_axis      ticks of times in a time zone
figure         drawing of the figure
notebook       display in notebooks
```

Requires the extra `plot`.
"""
