"""The schema as AWS AppSync exports it: directives, scalars and editor additions."""

import re

DIRECTIVES = """
# These come with every export.
directive @aws_subscribe(mutations: [String!]!) on FIELD_DEFINITION
directive @aws_cognito_user_pools(cognito_groups: [String!]) on OBJECT | FIELD_DEFINITION
directive @aws_api_key on OBJECT | FIELD_DEFINITION
directive @aws_iam on OBJECT | FIELD_DEFINITION
directive @aws_oidc on OBJECT | FIELD_DEFINITION
directive @aws_lambda on OBJECT | FIELD_DEFINITION
directive @aws_auth(cognito_groups: [String!]!) on FIELD_DEFINITION

scalar AWSDate
scalar AWSTime
scalar AWSDateTime
scalar AWSTimestamp
scalar AWSEmail
scalar AWSJSON
scalar AWSURL
scalar AWSPhone
scalar AWSIPAddress
"""
ON_TYPES = "@aws_api_key @aws_iam @aws_oidc @aws_lambda @aws_cognito_user_pools"
ON_QUERIES = '@aws_auth(cognito_groups: ["users", "admins"]) # who may ask'
ON_SUBSCRIPTIONS = (
    '@aws_subscribe(mutations: ["m"])\n  @aws_cognito_user_pools(cognito_groups: ["users"])'
)


def exported(sdl: str) -> str:
    """Format SDL like an AppSync export."""
    lines = []
    kind = ""
    for line in sdl.splitlines():
        if begun := re.match(r"(?:extend )?(\w+) (\w+)", line):
            kind = begun[0]
        if line.startswith("type ") and line.endswith("{") and "Query" not in line:
            line = f"{line[:-1]}{ON_TYPES} {{"
        elif re.fullmatch(r"  (\w+\(.*\)|\w+|\)): [\w\[\]!]+", line):
            if kind == "extend type Query":
                line = f"{line} {ON_QUERIES}"
            elif kind == "extend type Subscription":
                line = f"{line}\n  {ON_SUBSCRIPTIONS}"
        lines.append(line)
    return "\ufeff" + DIRECTIVES + "\r\n".join(lines)
