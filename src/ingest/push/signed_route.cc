#include "ingest/push/signed_route.h"

#include <bit>
#include <memory>

#include "base/json.h"
#include "base/log.h"
#include "base/url.h"
#include "base/utf8.h"
#include "http/offload.h"
#include "ingest/push/notification.h"
#include "ingest/settle.h"

namespace alarum::ingest {
namespace {

using http::Request;
using http::Response;
namespace asio = http::asio;

constexpr std::chrono::milliseconds kAnswerTime{3500};

// A message with `x-amz-sns-rawdelivery` has no envelope and no signature.
Result<SignedMessage> read_raw_message(const Request& request, const std::string& body, Time now) {
  SignedMessage message;
  message.service = Service::sns;
  message.id = request.header("x-amz-sns-message-id").value_or("");
  message.topic = request.header("x-amz-sns-topic-arn").value_or("");
  if (message.id.empty() || message.topic.empty())
    return fail("missing_member",
                "a raw message needs the headers x-amz-sns-message-id and x-amz-sns-topic-arn");
  if (valid_utf8_prefix(body) != body.size())
    return fail("bad_utf8", "the message is not valid UTF-8");
  message.message = body;
  message.timestamp = format_rfc3339(now);
  return message;
}

model::Format format_of(Service service) {
  return service == Service::smn ? model::Format::smn : model::Format::sns;
}

// The services do not send a message again after a 4xx, so an overload is answered 503.
Response shaped(Response response) {
  if (response.status == 429) response.status = 503;
  return response;
}

Response refuse_signed_body(const Error& error, Service service, Intake& intake,
                            const Request& request) {
  return shaped(refuse_body(error, format_of(service), intake, request));
}

std::string_view shortened(std::string_view text) {
  return text.substr(0, 200);
}

// One message on its way through the checks.
class SignedRequest {
 public:
  SignedRequest(Service service, const RouteOptions& options, const SignedPorts& ports,
                Refusals& refusals, const Request& request)
      : service_(service),
        options_(options),
        ports_(ports),
        refusals_(refusals),
        request_(request),
        pushes_(ports.pushes.get()) {}

  asio::awaitable<Response> take(http::BodyStream& stream) {
    auto body = co_await http::read_all(stream, options_.body);
    if (!body) co_return refuse_signed_body(body.error(), service_, ports_.intake, request_);
    if (service_ == Service::sns &&
        request_.header("x-amz-sns-rawdelivery").value_or("") == "true") {
      auto response = co_await take_raw(*body);
      co_return response;
    }
    deadline_ = std::chrono::steady_clock::now() + kAnswerTime;
    const auto read = [&] { return read_signed_message(service_, *body); };
    const auto message = co_await http::apart(stream, body->size(), read);
    if (!message) co_return refused(message.error(), *body, 400);
    topic_ = message->topic;
    url_ = message->certificate_url;
    if (auto fine = check_origin(*message, source(), ports_.intake.now()); !fine) {
      if (fine.error().reason == "bad_subscribe_url") url_ = message->subscribe_url;
      co_return refused(fine.error(), *body, 403);
    }
    auto pem = co_await ports_.certificates.get(message->certificate_url, source(), deadline_);
    if (!pem) co_return refused(pem.error(), *body, 503);
    if (auto fine = check_signature(*message, *pem, ports_.intake.now()); !fine)
      co_return refused(fine.error(), *body, 403);
    if (message->kind == SignedMessage::Kind::subscribe) {
      auto response = co_await confirm(*message, *body);
      co_return response;
    }
    auto response = co_await commit(*message, *body);
    co_return response;
  }

 private:
  const config::SignedSource& source() const {
    return service_ == Service::smn ? pushes_->smn : pushes_->sns;
  }
  model::Format format() const { return format_of(service_); }

  Response refused(const Error& error, std::string_view body, unsigned status) {
    auto response = http::error_response(status, error.reason, error.message);
    if (status == 503) response.headers.emplace_back("Retry-After", "10");
    // The service will send it again, so it counts as failed and not as rejected.
    if (response.status == 503)
      ports_.intake.counts().failed(format(), 1);
    else
      ports_.intake.reject(format(), request_.peer, error, body);
    const auto count = refusals_.count(format(), request_.peer, error.reason);
    const auto level = std::has_single_bit(count) ? log::Level::warn : log::Level::debug;
    log::write(level, "ingest", "message refused",
               {{"format", model::to_text(format())},
                {"sender", request_.peer},
                {"status", status},
                {"reason", error.reason},
                {"detail", shortened(error.message)},
                {"url_host", shortened(Url(url_).authority)},
                {"topic", shortened(topic_)},
                {"refused", count}});
    return response;
  }

  // The body is the message, and headers describe it. The Authenticator has checked the sender.
  asio::awaitable<Response> take_raw(const std::string& body) {
    auto message = read_raw_message(request_, body, ports_.intake.now());
    if (message) topic_ = message->topic;
    if (!source().raw)
      co_return refused(
          {"raw_refused",
           "raw messages are not signed: say sns: {raw: true} and give /ingest/sns its own auth"},
          body, 403);
    if (!message) co_return refused(message.error(), body, 400);
    if (auto fine = check_topic(*message, source()); !fine)
      co_return refused(fine.error(), body, 403);
    auto response = co_await commit(*message, body);
    co_return response;
  }

  // Confirms the subscription by a request to its URL, once for each message id.
  asio::awaitable<Response> confirm(const SignedMessage& message, const std::string& body) {
    if (!ports_.confirmed.contains(message.topic, message.id, ports_.intake.now())) {
      url_ = message.subscribe_url;
      auto done = co_await ports_.confirmations.get(message.subscribe_url, source().how, deadline_);
      if (!done) co_return refused(done.error(), body, 503);
      ports_.confirmed.add(message.topic, message.id, too_old_at(message, source()));
      log::info("ingest", "subscription confirmed", {{"topic", message.topic}});
    }
    Response response;
    response.body = R"({"confirmed":)" + json_quote(message.topic) + "}\n";
    co_return response;
  }

  asio::awaitable<Response> commit(const SignedMessage& message, const std::string& body) {
    if (message.kind == SignedMessage::Kind::unsubscribe)
      log::warn("ingest", "a subscription has ended: nothing more will come from this topic",
                {{"topic", message.topic}});
    std::vector<Decoded> one;
    one.push_back(decode_notification(message, request_.peer));
    refuse_past(one.front(), options_.event);
    auto response = co_await settle(std::move(one), format(), ports_.intake, request_, body, true);
    co_return shaped(std::move(response));
  }

  const Service service_;
  const RouteOptions& options_;
  const SignedPorts& ports_;
  Refusals& refusals_;
  const Request& request_;
  const std::shared_ptr<const config::PushIngest> pushes_;  // as they were when the message came
  Fetcher::Deadline deadline_;
  std::string topic_, url_;  // of the message, and what was asked last, for the log
};

asio::awaitable<Response> take_signed(Service service, const RouteOptions& options,
                                      const SignedPorts& ports, Refusals& refusals,
                                      const Request& request, http::BodyStream& stream) {
  SignedRequest taking(service, options, ports, refusals, request);
  auto response = co_await taking.take(stream);
  co_return response;
}

}  // namespace

void add_signed_routes(http::Router& router, const RouteOptions& options, SignedPorts ports) {
  const auto refusals = std::make_shared<Refusals>();
  for (const auto& [path, service] :
       {std::pair("/ingest/smn", Service::smn), std::pair("/ingest/sns", Service::sns)}) {
    const auto take = [service, options, ports, refusals](Request& request,
                                                          http::BodyStream& body) {
      return take_signed(service, options, ports, *refusals, request, body);
    };
    router.add("POST", path, http::Access::message, take,
               [service, ports](const Request& request, const Error& error) {
                 return refuse_signed_body(error, service, ports.intake, request);
               });
  }
}

}  // namespace alarum::ingest
