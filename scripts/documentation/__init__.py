"""The site of the documentation: pages of docs/, with generated parts."""
