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
/// An error as Alertmanager tells it: a JSON string.
http::Response refused(unsigned status, const std::string& message);
http::Response too_busy();
/// A record that was not taken: 429 while the queue is full, else 503, with Retry-After.
http::Response failed(const Error& error);
/// 415 unless it is `application/json`: a page of another site may make a browser on this machine
/// post here, but not with this content type.
std::optional<http::Response> wrong_type(const http::Request& request);

/// Enters one record into the journal and waits until it is worked off. Its offset; errors
/// `stopping`, `busy`, and the journal's.
asio::awaitable<Result<model::Offset>> change(Kept sources, model::Payload payload);

}  // namespace alarum::api
