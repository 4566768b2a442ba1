"""Plots of time series.

```
loading        results, own frames and own files as columns
files          the files among them
time_column    which column holds the times, and its values
series         one series per attribute and asset
panels         which of them share a panel, and its unit
downsampling   gaps, bands, and no more points than a plot can show
layout         the size of the figure, and where panels are in it
theme          light and dark, and the user's rcParams
legends        how lines are told apart, and legends
labels         names that fit and stay distinct
units          SI prefixes
time_axis      ticks of times, in a zone
figure         the figure of all these
notebook       figures that notebooks show
```

Needs the extra `plot`.
"""
