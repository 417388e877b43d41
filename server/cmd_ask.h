// A question answered by the service in this process, without a socket between.
// Thread class: any-thread (function).
#pragma once
#include <string>

#include "server/client.h"
#include "server/routes.h"

namespace concord::server {

/// The same bytes that HTTP would give to `GET target`. Errors: bad_input (the target).
index::Result<ClientAnswer> ask_in_process(Service service, const std::string& target);

}  // namespace concord::server
