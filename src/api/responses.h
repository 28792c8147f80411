#pragma once
#include <memory>
#include <optional>
#include <string>

#include "api/routes.h"
#include "base/result.h"
#include "model/record.h"

namespace alarum::api {

namespace asio = http::asio;
using Answer = asio::awaitable<http::Response>;
using Kept = std::shared_ptr<const Sources>;

http::Response json(std::string body, unsigned status = 200);
/// An error in Alertmanager's form, which is a JSON string.
http::Response refused(unsigned status, const std::string& message);
http::Response too_busy();
/// The answer if the journal did not accept a record: 429 if its queue is full, otherwise 503, both
/// with Retry-After.
http::Response failed(const Error& error);
/// 415 unless it is `application/json`: a page of another site may make a browser on this machine
/// post here, but not with this content type.
std::optional<http::Response> wrong_type(const http::Request& request);

/// Writes one record to the journal and waits until the engine has processed it and the book has
/// its consequences. Returns its offset. Errors: `stopping`, `busy`, those of the journal.
asio::awaitable<Result<model::Offset>> change(Kept sources, model::Payload payload);

}  // namespace alarum::api
