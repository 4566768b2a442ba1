"""The tables of the SQLite file behind the exchange."""

# Columns carry the schema's names, so that a row already has the shape of a response.
TABLES = """
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);

CREATE TABLE IF NOT EXISTS organizations (
    organizationId TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    hostOrganization INTEGER NOT NULL
);

CREATE TABLE IF NOT EXISTS users (
    userId TEXT PRIMARY KEY,
    firstName TEXT NOT NULL,
    lastName TEXT NOT NULL,
    email TEXT NOT NULL,
    organizationId TEXT NOT NULL REFERENCES organizations,
    mobile TEXT,
    userAccountState TEXT NOT NULL DEFAULT 'ACTIVE',
    userRoles TEXT NOT NULL DEFAULT '[]'
);

CREATE TABLE IF NOT EXISTS tokens (
    tokenId TEXT PRIMARY KEY,
    tokenValue TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    userId TEXT NOT NULL REFERENCES users,
    dateCreated TEXT NOT NULL,
    dateExpires TEXT NOT NULL,
    tokenType TEXT NOT NULL DEFAULT 'USER_FULL_ACCESS',
    scope TEXT,
    lastActive TEXT
);

CREATE TABLE IF NOT EXISTS dataStores (
    dataStoreId TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    description TEXT,
    ownerUserId TEXT NOT NULL REFERENCES users,
    homeDirectoryId TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS directories (
    dataStoreDirectoryId TEXT PRIMARY KEY,
    dataStoreId TEXT NOT NULL REFERENCES dataStores ON DELETE CASCADE,
    parentDirectoryId TEXT REFERENCES directories ON DELETE CASCADE,
    name TEXT NOT NULL,
    ownerUserId TEXT NOT NULL REFERENCES users
);
CREATE INDEX IF NOT EXISTS directoriesByParent ON directories (parentDirectoryId);
CREATE INDEX IF NOT EXISTS directoriesByDataStore ON directories (dataStoreId);

CREATE TABLE IF NOT EXISTS files (
    dataStoreFileId TEXT PRIMARY KEY,
    dataStoreId TEXT NOT NULL REFERENCES dataStores ON DELETE CASCADE,
    dataStoreDirectoryId TEXT NOT NULL REFERENCES directories ON DELETE CASCADE,
    name TEXT NOT NULL,
    fileExtension TEXT NOT NULL,
    description TEXT,
    contentType TEXT NOT NULL,
    lastModified TEXT,
    storageSizeBytes INTEGER,
    ownerUserId TEXT NOT NULL REFERENCES users,
    objectKey TEXT NOT NULL UNIQUE,
    dataViewIds TEXT NOT NULL DEFAULT '[]'
);
CREATE INDEX IF NOT EXISTS filesByDirectory ON files (dataStoreDirectoryId);
CREATE INDEX IF NOT EXISTS filesByDataStore ON files (dataStoreId);

CREATE TABLE IF NOT EXISTS objects (objectKey TEXT PRIMARY KEY, etag TEXT NOT NULL);

CREATE TABLE IF NOT EXISTS timeSeriesDatabases (
    timeSeriesDbId TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    description TEXT,
    ownerUserId TEXT NOT NULL REFERENCES users,
    databaseName TEXT NOT NULL,
    tableName TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS collaboratives (
    collaborativeId TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    description TEXT,
    hostOrganizationId TEXT NOT NULL REFERENCES organizations,
    ownerUserId TEXT REFERENCES users
);

CREATE TABLE IF NOT EXISTS memberOrganizations (
    collaborativeId TEXT NOT NULL REFERENCES collaboratives,
    organizationId TEXT NOT NULL REFERENCES organizations,
    memberState TEXT NOT NULL,
    submittedByUserId TEXT REFERENCES users ON DELETE SET NULL,
    submittedTimestamp TEXT,
    accessApprovedByUserId TEXT REFERENCES users ON DELETE SET NULL,
    PRIMARY KEY (collaborativeId, organizationId)
);

CREATE TABLE IF NOT EXISTS members (
    collaborativeId TEXT NOT NULL REFERENCES collaboratives,
    userId TEXT NOT NULL REFERENCES users,
    permission TEXT NOT NULL,
    PRIMARY KEY (collaborativeId, userId)
);

CREATE TABLE IF NOT EXISTS sharedServices (
    collaborativeId TEXT NOT NULL REFERENCES collaboratives,
    serviceId TEXT NOT NULL,
    serviceType TEXT NOT NULL,
    PRIMARY KEY (collaborativeId, serviceId)
);
CREATE INDEX IF NOT EXISTS sharedServicesByService ON sharedServices (serviceId);

CREATE TABLE IF NOT EXISTS iotHubs (
    iotHubId TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    description TEXT,
    ownerUserId TEXT NOT NULL REFERENCES users
);

CREATE TABLE IF NOT EXISTS models (
    modelId TEXT PRIMARY KEY,
    dtmiSegment TEXT NOT NULL,
    version INTEGER NOT NULL,
    displayName TEXT NOT NULL,
    description TEXT,
    ownerUserId TEXT NOT NULL REFERENCES users,
    properties TEXT NOT NULL,
    telemetry TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS iotEndpoints (
    iotEndpointId TEXT PRIMARY KEY,
    iotHubId TEXT NOT NULL REFERENCES iotHubs,
    modelId TEXT NOT NULL REFERENCES models,
    name TEXT NOT NULL,
    description TEXT,
    ownerUserId TEXT NOT NULL REFERENCES users
);
CREATE INDEX IF NOT EXISTS iotEndpointsByHub ON iotEndpoints (iotHubId);
CREATE INDEX IF NOT EXISTS iotEndpointsByModel ON iotEndpoints (modelId);

CREATE TABLE IF NOT EXISTS propertyValues (
    iotEndpointId TEXT NOT NULL REFERENCES iotEndpoints ON DELETE CASCADE,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    timestamp TEXT NOT NULL,
    PRIMARY KEY (iotEndpointId, name)
);

CREATE TABLE IF NOT EXISTS iotGroups (
    iotGroupId TEXT PRIMARY KEY,
    iotHubId TEXT NOT NULL REFERENCES iotHubs,
    name TEXT NOT NULL,
    description TEXT,
    ownerUserId TEXT NOT NULL REFERENCES users
);
CREATE INDEX IF NOT EXISTS iotGroupsByHub ON iotGroups (iotHubId);

CREATE TABLE IF NOT EXISTS iotGroupEndpoints (
    iotGroupId TEXT NOT NULL REFERENCES iotGroups ON DELETE CASCADE,
    iotEndpointId TEXT NOT NULL REFERENCES iotEndpoints ON DELETE CASCADE,
    PRIMARY KEY (iotGroupId, iotEndpointId)
);
CREATE INDEX IF NOT EXISTS iotGroupsByEndpoint ON iotGroupEndpoints (iotEndpointId);

CREATE TABLE IF NOT EXISTS captures (
    captureId TEXT PRIMARY KEY,
    captureType TEXT NOT NULL,
    displayName TEXT NOT NULL,
    description TEXT,
    ownerUserId TEXT NOT NULL REFERENCES users,
    state TEXT NOT NULL,
    dateCreated TEXT NOT NULL,
    dateUpdated TEXT NOT NULL,
    startTimeType TEXT NOT NULL,
    stopTimeType TEXT NOT NULL,
    scheduledStartTime TEXT,
    scheduledStopTime TEXT,
    actualStartTime TEXT,
    actualStopTime TEXT,
    timeErrors TEXT NOT NULL,
    dataModel TEXT NOT NULL,
    dataExport TEXT
);
CREATE INDEX IF NOT EXISTS capturesByOwner ON captures (ownerUserId);

CREATE TABLE IF NOT EXISTS captureStateChanges (
    captureId TEXT NOT NULL REFERENCES captures ON DELETE CASCADE,
    newState TEXT NOT NULL,
    message TEXT,
    dateCreated TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS captureStateChangesByCapture ON captureStateChanges (captureId);

CREATE TABLE IF NOT EXISTS attachments (
    attachmentId TEXT PRIMARY KEY,
    captureId TEXT NOT NULL REFERENCES captures ON DELETE CASCADE,
    name TEXT NOT NULL,
    description TEXT,
    ownerUserId TEXT NOT NULL REFERENCES users,
    dateCreated TEXT NOT NULL,
    dateUpdated TEXT NOT NULL,
    uploaded INTEGER NOT NULL,
    objectKey TEXT NOT NULL UNIQUE
);
CREATE INDEX IF NOT EXISTS attachmentsByCapture ON attachments (captureId);
"""

# Columns that tables of earlier releases lack.
ADDED_COLUMNS = {
    "users": {
        "mobile": "TEXT",
        "userAccountState": "TEXT NOT NULL DEFAULT 'ACTIVE'",
        "userRoles": "TEXT NOT NULL DEFAULT '[]'",
    },
    "tokens": {
        "tokenType": "TEXT NOT NULL DEFAULT 'USER_FULL_ACCESS'",
        "scope": "TEXT",
        "lastActive": "TEXT",
    },
    "files": {"dataViewIds": "TEXT NOT NULL DEFAULT '[]'"},
    "collaboratives": {"ownerUserId": "TEXT REFERENCES users"},
    "memberOrganizations": {
        "submittedByUserId": "TEXT REFERENCES users ON DELETE SET NULL",
        "submittedTimestamp": "TEXT",
        "accessApprovedByUserId": "TEXT REFERENCES users ON DELETE SET NULL",
    },
}

# Created once every column is there.
INDEXES = "CREATE INDEX IF NOT EXISTS tokensByScope ON tokens (scope)"
