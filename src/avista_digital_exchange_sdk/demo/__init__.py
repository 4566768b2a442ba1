"""A demo with real measurements: a file and time series are written and read again.

`solar_site.csv` holds hourly solar and weather measurements of 1 to 14 July 1981 at Greensboro,
North Carolina (station 723170), in UTC, taken from the TMY3 data set of the US National Renewable
Energy Laboratory, which is in the public domain.
"""
