#include "app/outlets.h"

#include <map>

#include "deliver/console.h"
#include "deliver/webhook.h"

namespace alarum::app {
namespace {

void add_webhooks(const config::Config& config, const config::Receiver& receiver, Wires& wires,
                  std::map<std::string, deliver::WebhookFormat>& formats) {
  const auto external = config.external_url.empty() ? "http://" + config.listen.text() : config.external_url;
  for (std::size_t i = 0; i < receiver.webhooks.size(); ++i) {
    const auto& webhook = receiver.webhooks[i];
    const auto name = receiver.name + "/webhook/" + std::to_string(i);
    deliver::Target target;
    target.name = name;
    target.kind = deliver::Target::Kind::webhook;
    target.url = webhook.url.reveal();
    target.authorization = webhook.authorization.reveal();
    target.timeout = webhook.timeout;
    target.max_age = webhook.retry_max_age;
    wires.targets.push_back(std::move(target));
    wires.outlets.targets.push_back({name, receiver.name, webhook.send_resolved});
    formats[name] = {external, webhook.max_alerts};
  }
}

void add_consoles(const config::Receiver& receiver, Wires& wires) {
  for (std::size_t i = 0; i < receiver.consoles.size(); ++i) {
    deliver::Target target;
    target.name = receiver.name + "/console/" + std::to_string(i);
    target.kind = deliver::Target::Kind::console;
    wires.outlets.targets.push_back({target.name, receiver.name, receiver.consoles[i].send_resolved});
    wires.targets.push_back(std::move(target));
  }
}

}  // namespace

Wires wires_of(const config::Config& config, bool colour) {
  Wires wires;
  std::map<std::string, deliver::WebhookFormat> formats;
  wires.outlets.routing = std::make_shared<const config::Routing>(config.routing);
  for (const auto& receiver : config.receivers) {
    add_webhooks(config, receiver, wires, formats);
    add_consoles(receiver, wires);
  }
  wires.outlets.compose = [formats = std::move(formats), colour](const std::string& target,
                                                                 const model::Message& message) {
    const auto format = formats.find(target);
    return std::optional(model::Content{format == formats.end() ? deliver::console_lines(message, colour)
                                                                : deliver::webhook_body(message, format->second),
                                        {}});
  };
  return wires;
}

std::vector<std::string> names_of(const std::vector<deliver::Target>& targets) {
  std::vector<std::string> names;
  for (const auto& target : targets) names.push_back(target.name);
  return names;
}

}  // namespace alarum::app
