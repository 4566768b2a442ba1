"""The platform's schema: what it contains, what changed, and what a change affects.

```
loader          reads a schema from an endpoint, an SDL file or an introspection JSON
 ├─ appsync     AppSync's additions to schemas: directives and scalars
sdl_files       writes a schema as the files of `schema/`, one per service
 ├─ service_assignment  assigns new types and operations to services
diff            finds the differences between two schemas
 ├─ subset      the part of a schema that operations use
 ├─ roots       root types under another name
sdk_surface     the SDK's operations, and the calls and types that use them
 ├─ calls.json  the operations that each call sends, recorded by scripts/record
documents       the user's operation files
impact          the changes, each with the affected operations, calls and types
report          formats the comparison as a table, as JSON or as annotations for a GitHub workflow
codegen/        generates a typed client from a schema and operations
```

Requires the extra `contract`.
"""
