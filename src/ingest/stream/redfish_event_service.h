#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace alarum::ingest {

/// What a BMC's event service (Redfish EventService, DSP0268) says that it can do. Of an answer
/// that is none: nothing. Pure.
struct RedfishEventService {
  /// EventTypesForSubscription, at most 32; services of today leave it out, and take
  /// RegistryPrefixes and ResourceTypes
  std::vector<std::string> event_types;
  std::string test_path;            ///< of the action SubmitTestEvent; empty: it has none
  std::string test_type = "Alert";  ///< one that the action allows
  std::string test_message = "ResourceEvent.1.3.TestMessage";  ///< likewise
};
RedfishEventService read_event_service(std::string_view body);

/// The body of SubmitTestEvent: with all that some services want, or (`lean`) with the one
/// parameter that all have.
std::string test_event(const RedfishEventService& service, bool lean, Time now);

}  // namespace alarum::ingest
