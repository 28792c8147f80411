#include <cstdint>
#include <cstdlib>

#include "base/utf8.h"
#include "ingest/poll/cloud_eye.h"
#include "ingest/poll/redfish_catch_up.h"
#include "ingest/poll/redfish_log.h"
#include "ingest/poll/redfish_missed.h"
#include "ingest/push/aws_event.h"
#include "ingest/push/eventgrid.h"
#include "ingest/push/form.h"
#include "ingest/push/json.h"
#include "ingest/push/moment.h"
#include "ingest/push/named_decoder.h"
#include "ingest/push/notification.h"
#include "ingest/push/redfish.h"
#include "ingest/stream/redfish_keeper.h"
#include "model/flat_event.h"
#include "tests/fuzz/target.h"

// One body through every reader of the `/ingest/…` routes. What must hold: no crash, no hang, and
// an event that was taken survives its own journal form and can be flattened.
namespace fuzz::push_target {

using namespace alarum;

void check(const ingest::Decoded& event) {
  if (!event) return must(!event.error().reason.empty() && !event.error().message.empty());
  const auto again = model::Event::decode(event->bytes());
  must(again.has_value() && again->bytes() == event->bytes() && !event->id().empty() &&
       !event->source().empty() && !event->type().empty());
  (void)model::FlatEvent::of(*event);
}

void check(const Result<std::vector<ingest::Decoded>>& events) {
  if (!events) return must(!events.error().reason.empty());
  for (const auto& event : *events) check(event);
}

config::JsonSource mapping() {
  config::JsonSource source;
  source.items = config::From{config::From::Kind::body, {"items"}, "/items"};
  source.id = {config::From::Kind::item, {"id"}, "/id"};
  source.source = {config::From::Kind::body, {"a", "0"}, "/a/0"};
  source.time = {config::From::Kind::item, {"time"}, "/time"};
  return source;
}

void as_message(ingest::Service service, std::string_view body) {
  auto message = ingest::read_signed_message(service, body);
  const auto source =
      service == ingest::Service::smn ? config::default_smn() : config::default_sns();
  if (message) {
    (void)ingest::check_origin(*message, source, Time());
    must(!ingest::check_signature(*message, body, Time()));
    check(ingest::decode_notification(*message, "10.0.0.1"));
  }
  if (valid_utf8_prefix(body) != body.size()) return;  // the route has seen to it
  ingest::SignedMessage carrier;
  carrier.service = service;
  carrier.id = "1";
  carrier.topic = "topic";
  carrier.message = body;
  check(ingest::decode_notification(carrier, "10.0.0.1"));
}

// A BMC that answers every question with it.
void as_log(std::string_view body) {
  ingest::RedfishLog log("", Time());
  auto news = ingest::RedfishLog::News::none;
  for (int asked = 0; news == ingest::RedfishLog::News::none && asked < 2000; ++asked) {
    must(log.next().starts_with('/'));
    news = log.take(200, body);
  }
  for (const auto& entry : log.entries())
    check(ingest::decode_redfish_entry(entry, "10.0.0.1", "c"));
  ingest::RedfishKeeper keeper("https://us/in?access_token=t", "c");
  for (int asked = 0; asked < 20; ++asked) {
    keeper.take(asked == 0 ? 200 : 201, body, body);
    must(keeper.next().path.starts_with('/'));
  }
  const auto one = ingest::read_occurrence(body);
  must(ingest::missed({one}, {one}).empty() && ingest::missed({one}, {}).size() == 1);
}

}  // namespace fuzz::push_target

ALARUM_FUZZ(push) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  http::Request request;
  request.peer = "10.0.0.1";
  request.headers = {{"Content-Type", "application/json"}};
  for (const auto& one : ingest::named_decoders()) check(one.decode(request, body, Time()));
  check(ingest::decode_redfish(body, "10.0.0.1", Time()));
  check(ingest::decode_eventbridge(body, "10.0.0.1"));
  check(ingest::decode_eventgrid(request, body));
  check(ingest::decode_json(mapping(), "ci", request, body, [] { return std::string("new"); }));
  check(ingest::decode_json({}, "ci", request, body, [] { return std::string("new"); }));
  (void)ingest::validation_code(body);
  (void)ingest::read_moment(body);
  (void)ingest::read_cloud_eye_counts(body);
  if (const auto page = ingest::read_cloud_eye_items(body, "p", "ces", Time())) {
    for (const auto& item : page->items) check(item.event);
  }
  must(valid_utf8_prefix(ingest::cloud_eye_fault(body)) == ingest::cloud_eye_fault(body).size());
  (void)ingest::read_cloud_eye_state(body);
  (void)ingest::read_redfish_place(body);
  if (const auto payload = ingest::payload_of_form(body)) must(payload->size() <= body.size());
  check(ingest::decode_redfish_entry(body, "10.0.0.1", "c"));
  as_log(body);
  as_message(ingest::Service::smn, body);
  as_message(ingest::Service::sns, body);
  return 0;
}
