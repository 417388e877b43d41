#include "server/routes_errors.h"

#include <algorithm>
#include <array>

#include "server/routes.h"

namespace concord::server {
namespace {

constexpr std::array kErrors{
    ErrorRow{"bad_request", 400, "The request is malformed; the detail names the place."},
    ErrorRow{
        "bad_parameter", 400,
        "A query parameter is unknown, given twice or of the wrong form; errors[] names each."},
    ErrorRow{"bad_key", 400, "The key is no customer_id, account:… or type:value of a known type."},
    ErrorRow{"bad_body", 400, "The body is not the JSON object this route takes."},
    ErrorRow{"bad_path", 400, "A path in the body of /v1/multi is malformed."},
    ErrorRow{
        "bad_cursor", 400,
        "The cursor belongs to another question: repeat its options, or ask without a cursor."},
    ErrorRow{"over_limit", 400, "Something is larger than a bound; the detail names the bound."},
    ErrorRow{"unsupported", 400, "Well-formed, but not something this version does."},
    ErrorRow{"unauthorized", 401, "Send Authorization: Bearer with a valid token."},
    ErrorRow{"forbidden", 403, "The token is valid but lacks the scope that the detail names."},
    ErrorRow{"over_authority", 403,
             "The grade may not grant that much; could[] names the grades that may."},
    ErrorRow{"foreign_origin", 403,
             "A web page of another origin asked a service that has no token file."},
    ErrorRow{"route_not_found", 404, "There is no such route; GET /openapi.json lists them all."},
    ErrorRow{"customer_not_found", 404, "Nobody is known by this key; search for words instead."},
    ErrorRow{"decision_not_found", 404, "No decision of this id is kept."},
    ErrorRow{"not_found", 404, "The named thing does not exist."},
    ErrorRow{"method_not_allowed", 405, "The field Allow names the methods of this route."},
    ErrorRow{"not_acceptable", 406, "Answers are application/json; let Accept allow that."},
    ErrorRow{"request_timeout", 408, "The request did not come whole in time; send it again."},
    ErrorRow{"ambiguous_key", 409,
             "Several customers share the key: choose one of candidates[] by its customer_id."},
    ErrorRow{"claimed", 409,
             "Somebody else has reserved the topic: `holder` says who, until when."},
    ErrorRow{"nothing_to_claim", 409,
             "There is no action now whose topic could be reserved; name a `topic`."},
    ErrorRow{"conflict", 409, "The state has moved on; read again."},
    ErrorRow{"id_reused", 409,
             "An event id came again with other content: give each event an id of its own."},
    ErrorRow{"authority_changed", 409,
             "Less (or more) may be granted than was expected; left_minor is what is left now."},
    ErrorRow{"cursor_stale", 410,
             "The revision of this walk is gone; begin again without a cursor."},
    ErrorRow{"body_too_large", 413, "The body is larger than the service takes."},
    ErrorRow{"answer_too_large", 413, "The earlier parts of /v1/multi fill the answer; ask apart."},
    ErrorRow{"uri_too_long", 414,
             "The target is too long; POST /v1/customers/lookup takes a body."},
    ErrorRow{"unsupported_media_type", 415, "Send the body as Content-Type: application/json."},
    ErrorRow{"expectation_failed", 417, "The field Expect may only say 100-continue."},
    ErrorRow{"misdirected_request", 421,
             "Without a token file the service answers only when called by a loopback name."},
    ErrorRow{"decision_too_large", 422,
             "What the decision was made of is too much to be kept; ask next-best-action instead."},
    ErrorRow{"header_too_large", 431, "Too many or too long header fields."},
    ErrorRow{"damaged", 500, "Stored bytes do not verify; run `concord verify`."},
    ErrorRow{"io_error", 500, "The operating system refused; the log has its words."},
    ErrorRow{"revision_not_published", 503,
             "min_revision is newer than what is published; ask again after Retry-After."},
    ErrorRow{"search_unavailable", 503,
             "The generation has no text index; run `concord index` again."},
    ErrorRow{"too_many_bodies", 503,
             "Too many large bodies are coming in at once; send again after Retry-After."},
    ErrorRow{"too_many_streams", 503,
             "Too many streams are open; come back after Retry-After, or read in pages."},
    ErrorRow{"too_many_connections", 503, "The service is full; come back after Retry-After."},
    ErrorRow{"overloaded", 429,
             "More comes in than is written; send it again after Retry-After, nothing was taken."},
    ErrorRow{"read_only", 503,
             "Nothing is written now, reads go on; /readyz says why. Nothing was taken."},
    ErrorRow{"not_acknowledged", 503,
             "It was not known to be durable in time; send it again with the same ids."},
    ErrorRow{"disk_full", 507, "There is no room to write; nothing was taken, reads go on."},
    ErrorRow{"http_version", 505, "Speak HTTP/1.1."},
};

}  // namespace

std::span<const ErrorRow> error_rows() { return kErrors; }

void Routes::error_page(Call& call) {
  const std::string_view code = call.request.segments[1];
  const auto row = std::find_if(kErrors.begin(), kErrors.end(),
                                [&](const ErrorRow& one) { return one.code == code; });
  if (row == kErrors.end())
    return fill_problem(call.response,
                        {404, "not_found", "There is no such error code; see docs/api.md."});
  index::JsonWriter out(call.response.body);
  out.begin_object();
  out.key("code").string(row->code);
  out.key("status").integer(row->status);
  out.key("meaning").string(row->meaning);
  out.end_object();
}

}  // namespace concord::server
