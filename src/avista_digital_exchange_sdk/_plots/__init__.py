"""Pictures of time series.

```
series      results of any kind as series: one attribute of one asset each
panels      which of them share a panel, and its unit
thinning    gaps, and as many points as a picture can show
time_axis   the axis of time, in a zone
drawing     the figure of all these
```

Needs the extra `plot`.
"""
