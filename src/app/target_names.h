#pragma once
#include <map>
#include <string>
#include <vector>

#include "config/receiver.h"

namespace alarum::app {

/// What each target's name stands for: by name, destination_of() its integration.
using Destinations = std::map<std::string, std::string>;

/// A hash of where an integration sends (its kind, URL, key, channel, topic, addresses, path), and
/// of nothing else.
std::string destination_of(const config::Integration& integration);

/// The names of a receiver's integrations, `oncall/webhook/0`, in their order. One whose
/// destination is in `known` has the name that it had there, wherever it stands now: what waits for
/// it goes to it, and what it was notified of stays its own. Another has its place among those of
/// its kind, if no other has that name, else the lowest number that is free.
std::vector<std::string> target_names(const config::Receiver& receiver, const Destinations& known);

}  // namespace alarum::app
