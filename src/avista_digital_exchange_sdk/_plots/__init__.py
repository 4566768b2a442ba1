"""Pictures of time series.

```
series      results of any kind as series: one attribute of one asset each
thinning    gaps, and as many points as a picture can show
drawing     panels, lines, axes
```

Needs the extra `plot`.
"""
