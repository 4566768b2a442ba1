"""Plots of time series.

```
series         results of any kind as series: one attribute of one asset each
panels         which of them share a panel, and its unit
downsampling   gaps, and as many points as a plot can show
time_axis      the axis of time, in a zone
figure         the figure of all these
```

Needs the extra `plot`.
"""
