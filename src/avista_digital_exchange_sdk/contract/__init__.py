"""The platform's contract: what it is, what changed in it, and what that means for whom.

```
loader          a schema, from an endpoint, an SDL file or an introspection JSON
 ├─ appsync     what AppSync adds to a schema: directives and scalars
sdl_files       a schema as the files of `schema/`, one per service
 ├─ service_assignment  which service a new type or operation belongs to
diff            what differs between two schemas
 ├─ subset      the part of a schema that operations use
 ├─ roots       root types under another name
sdk_surface     the SDK's own operations, and the calls and types they stand for
 ├─ calls.json  the operations that each call sends, recorded by scripts/record
documents       a user's own operation files
impact          the changes, each with the operations, calls and types it touches
report          the comparison as a table, as JSON and as annotations of a GitHub workflow
codegen/        a typed client, generated from a schema and operations
```

Needs the extra `contract`.
"""
