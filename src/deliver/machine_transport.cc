#include "deliver/machine_transport.h"

#include <algorithm>
#include <iterator>

namespace alarum::deliver {

void MachineTransport::start(const Target& target, const model::Notification& notification,
                             Time now) {
  if (LocalOutputs::writes(target)) return outputs_.start(target, notification, clock_.monotonic());
  if (NatsPublisher::publishes(target))
    return nats_.start(target, notification, now, clock_.monotonic());
  sender_.start(target, notification, now);
}

std::vector<Transport::Ended> MachineTransport::wait(std::chrono::milliseconds most) {
  auto ended = sender_.wait(most);
  std::ranges::move(outputs_.ended(clock_.monotonic()), std::back_inserter(ended));
  std::ranges::move(nats_.ended(clock_.monotonic()), std::back_inserter(ended));
  return ended;
}

void MachineTransport::retain(const std::map<std::string, Target>& targets) {
  sender_.retain(targets);
  outputs_.retain(targets);
  nats_.retain(targets);
}

}  // namespace alarum::deliver
