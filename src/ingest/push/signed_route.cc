#include "ingest/push/signed_route.h"

#include "base/json.h"
#include "base/log.h"
#include "ingest/push/ces_alarm.h"
#include "ingest/settle.h"

namespace alarum::ingest {
namespace {

using http::Request;
using http::Response;
namespace asio = http::asio;

// One message on its way through the checks.
class Taking {
 public:
  Taking(Service service, const RouteOptions& options, const SignedPorts& ports, const Request& request)
      : service_(service), options_(options), ports_(ports), request_(request), pushes_(ports.pushes.get()) {}

  asio::awaitable<Response> take(http::BodyStream& stream) {
    auto body = co_await http::read_all(stream, options_.body);
    if (!body) co_return refused(body.error(), "", http::body_error(body.error()));
    const auto message = read_signed_message(service_, *body);
    if (!message) co_return refused(message.error(), *body, 400);
    if (auto fine = check_origin(*message, source(), ports_.intake.now()); !fine) co_return refused(fine.error(), *body, 403);
    auto pem = co_await ports_.certificates.get(message->certificate_url, source().ca_file);
    if (!pem) co_return refused(pem.error(), *body, 503);
    if (auto fine = check_signature(*message, *pem, ports_.intake.now()); !fine) co_return refused(fine.error(), *body, 403);
    if (message->kind == SignedMessage::Kind::subscribe) {
      auto response = co_await confirm(*message, *body);
      co_return response;
    }
    auto response = co_await commit(*message, *body);
    co_return response;
  }

 private:
  const config::SignedSource& source() const { return service_ == Service::smn ? pushes_->smn : pushes_->sns; }
  model::Format format() const { return service_ == Service::smn ? model::Format::smn : model::Format::sns; }

  Response refused(const Error& error, std::string_view body, unsigned status) {
    auto response = http::error_response(status, error.reason, error.message);
    if (status == 503) response.headers.emplace_back("Retry-After", "10");
    return refused(error, body, std::move(response));
  }
  Response refused(const Error& error, std::string_view body, Response response) {
    // What the sender will send again is not lost, only not taken now.
    if (response.status == 503) ports_.intake.counts().failed(format(), 1);
    else ports_.intake.reject(format(), request_.peer, error, body);
    log::debug("ingest", "message refused", {{"format", model::to_text(format())}, {"sender", request_.peer}, {"reason", error.reason}, {"detail", error.message}});
    return response;
  }

  // Asking the URL is the confirmation.
  asio::awaitable<Response> confirm(const SignedMessage& message, const std::string& body) {
    auto done = co_await ports_.fetcher.get(message.subscribe_url, source().ca_file);
    if (!done) co_return refused(done.error(), body, 503);
    log::info("ingest", "subscription confirmed", {{"topic", message.topic}});
    Response response;
    response.body = R"({"confirmed":)" + json_quote(message.topic) + "}\n";
    co_return response;
  }

  asio::awaitable<Response> commit(const SignedMessage& message, const std::string& body) {
    if (message.kind == SignedMessage::Kind::unsubscribe) log::warn("ingest", "a subscription has ended: nothing more will come from this topic", {{"topic", message.topic}});
    std::vector<Decoded> one;
    one.push_back(decode_smn(message, request_.peer));
    refuse_large(one.front(), options_.event);
    auto response = co_await settle(std::move(one), format(), ports_.intake, request_, body, true);
    if (response.status == 429) response.status = 503;
    co_return response;
  }

  const Service service_;
  const RouteOptions& options_;
  const SignedPorts& ports_;
  const Request& request_;
  const std::shared_ptr<const config::Pushes> pushes_;  // as they were when the message came
};

asio::awaitable<Response> take_signed(Service service, const RouteOptions& options, const SignedPorts& ports, const Request& request, http::BodyStream& stream) {
  Taking taking(service, options, ports, request);
  auto response = co_await taking.take(stream);
  co_return response;
}

}  // namespace

void add_signed_routes(http::Router& router, const RouteOptions& options, SignedPorts ports) {
  for (const auto& [path, service] : {std::pair("/ingest/smn", Service::smn)}) {
    router.add("POST", path, [service, options, ports](Request& request, http::BodyStream& body) { return take_signed(service, options, ports, request, body); });
  }
}

}  // namespace alarum::ingest
