#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace alarum::ingest {

/// The abilities of a BMC's event service (Redfish EventService, DSP0268).
struct RedfishEventService {
  /// EventTypesForSubscription, at most 32; services of today leave it out, and take
  /// RegistryPrefixes and ResourceTypes
  std::vector<std::string> event_types;
  std::string test_path;            ///< of the action SubmitTestEvent; empty: it has none
  std::string test_type = "Alert";  ///< an EventType that the action allows
  std::string test_message = "ResourceEvent.1.3.TestMessage";  ///< a MessageId that it allows
};
/// Reads the JSON of an EventService. A text that is none gives the defaults. Pure.
RedfishEventService read_event_service(std::string_view body);

/// The body of the action SubmitTestEvent. It has all parameters that some services demand; with
/// `lean` it has only MessageId, for services that reject parameters which they do not know.
std::string test_event(const RedfishEventService& service, bool lean, Time now);

}  // namespace alarum::ingest
