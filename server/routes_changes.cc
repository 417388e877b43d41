// GET /v1/changes: opens a feed of what changes (change_feed.h).
#include <charconv>

#include "server/change_feed.h"
#include "server/routes.h"

namespace concord::server {
namespace {

// Where the client stopped: what it says in the query, else where its event source stopped reading,
// else now. False: it says something that is no revision.
bool begin_of(const Call& call, index::EventSeq& after) {
  after = call.ask.after_given ? call.ask.after : call.pin.revision();
  const std::string_view last = call.request.last_event_id;
  if (call.ask.after_given || last.empty()) return true;
  const auto [stop, error] = std::from_chars(last.data(), last.data() + last.size(), after);
  return error == std::errc() && stop == last.data() + last.size();
}

}  // namespace

void Routes::changes(Call& call) {
  call.response.field("Cache-Control", "no-store");
  if (service_.live == nullptr || service_.live->log() == nullptr)
    return fill_problem(call.response, {503, "no_log", "This base has no log of live events."});
  index::EventSeq after = 0;
  if (!begin_of(call, after) || after > call.pin.revision()) {
    const ProblemItem item{ProblemItem::Where::parameter, "after", "is not a published revision"};
    return fill_problem(call.response, {400,
                                        "bad_parameter",
                                        "after: is not a published revision; the newest is " +
                                            std::to_string(call.pin.revision()) + ".",
                                        {},
                                        std::span(&item, 1)});
  }
  // What is gone is told now, with a status, not later in the stream.
  if (const auto first = index::changes_after(*service_.live, call.pin, after, 1); !first)
    return fill_error(call.response, first.error());
  call.response.content_type = kEventStream;
  call.response.stream = std::make_shared<ChangeFeed>(service_, call.view, after);
}

}  // namespace concord::server
