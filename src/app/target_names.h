#pragma once
#include <map>
#include <string>
#include <vector>

#include "config/receiver.h"

namespace alarum::app {

/// What each target's name stands for: the destination_of() its integration, by name. The book
/// stores it, so that names survive changes of the config.
using Destinations = std::map<std::string, std::string>;

/// A SHA-256 of where an integration sends (its kind, URL, key, channel, topic, addresses, path),
/// and of nothing else. It reveals no secret.
std::string destination_of(const config::Integration& integration);

/// The names of a receiver's integrations in their order, as `oncall/webhook/0`. An integration
/// whose destination is in `known` keeps the name that it had there, even if the config lists it at
/// another place now. So notifications that wait reach the same destination, and its history stays
/// with it. Any other integration is numbered by its place among those of its kind, or by the
/// lowest free number if that name is taken.
std::vector<std::string> target_names(const config::Receiver& receiver, const Destinations& known);

}  // namespace alarum::app
