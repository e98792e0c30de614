"""Statements of the language that do not run here, each with the reason.

They parse, can be mocked in tests, and fail with this reason when a run reaches them.
"""

from __future__ import annotations

from typing import Final

_DRIVER: Final = "it needs a driver of its maker, which is not a part of this program"
_CLOUD: Final = "it needs an account of that cloud"
_MODEL: Final = "it needs a language model of the platform"
_PLATFORM: Final = "it exists only on the platform"
_UNWRITTEN: Final = "it stands for what the export of the platform could not write"

_NAMES: Final[dict[str, str]] = {
    _DRIVER: ("db.external.mssql.direct_query db.external.oracle.direct_query db.external.snowflake.direct_query"),
    _CLOUD: (
        "cloud.aws.s3.upload_file cloud.aws.s3.read_file cloud.aws.s3.delete_file cloud.aws.s3.get_file_info "
        "cloud.aws.s3.list_directory cloud.aws.s3.sign_url cloud.azure.storage.upload_file "
        "cloud.azure.storage.read_file cloud.azure.storage.delete_file cloud.azure.storage.get_file_info "
        "cloud.azure.storage.list_directory cloud.azure.storage.sign_url cloud.google.storage.upload_file "
        "cloud.google.storage.read_file cloud.google.storage.delete_file cloud.google.storage.get_file_info "
        "cloud.google.storage.list_directory cloud.google.storage.sign_url cloud.aws.opensearch.query "
        "cloud.aws.opensearch.document cloud.aws.opensearch.request cloud.elasticsearch.query "
        "cloud.elasticsearch.document cloud.elasticsearch.request cloud.elasticsearch.bulk cloud.algolia.request "
        "cloud.algolia.search cloud.algolia.save_object cloud.algolia.save_objects cloud.algolia.delete_object "
        "cloud.algolia.set_settings cloud.job cloud.job.await cloud.job.status util.send_email util.ip_lookup "
        "datadog.log datadog.log_bulk datadog.metric datadog.metric_bulk"
    ),
    _MODEL: (
        "ai.agent.run ai.external.mcp.server_details ai.external.mcp.tool.list ai.external.mcp.tool.run "
        "mcp.elicit mcp.progress mcp.oauth.request mcp.oauth.complete mcp.oauth.revoke"
    ),
    _PLATFORM: (
        "api.microservice webflow.request api.realtime_event realtime.publish realtime.get_session action.call "
        "action.package.call schema.parse.attribute schema.parse.constant schema.parse.enum schema.parse.immutable "
        "schema.parse.object schema.parse.array schema.parse security.jwe_encode_legacy security.jwe_decode_legacy"
    ),
    _UNWRITTEN: "placeholder",
}

ABSENT: Final[dict[str, str]] = {name: reason for reason, names in _NAMES.items() for name in names.split()}
"""Statement name to the reason why it does not run here."""
