#pragma once
#include "base/clock.h"
#include "deliver/local_outputs.h"
#include "deliver/nats_publisher.h"
#include "deliver/sender.h"
#include "deliver/transport.h"

namespace alarum::deliver {

/// The daemon's transport: Sender for the network, LocalOutputs for the console and files of this
/// machine, NatsPublisher for NATS. The app owns it; the delivery thread calls it. `clock` outlives
/// it.
class MachineTransport final : public Transport {
 public:
  struct Options {
    Sender::Options sender = {};
    int console = 1;  ///< the descriptor for console receivers; it is not closed
  };

  MachineTransport(const Options& options, Clock& clock)
      : clock_(clock),
        sender_(options.sender),
        outputs_(options.console, [this] { sender_.wake(); }),
        nats_([this] { sender_.wake(); }) {}

  // See deliver/transport.h. Consoles and files go to LocalOutputs, everything else to the Sender.
  void start(const Target& target, const model::Notification& notification, Time now) override;
  // Waits for the network. An output that has written wakes it.
  std::vector<Ended> wait(std::chrono::milliseconds most) override;
  void wake() override { sender_.wake(); }
  // Releases what is kept for reuse and belongs to no target any more.
  void retain(const std::map<std::string, Target>& targets) override;
  std::vector<std::string> faults() const override { return outputs_.faults(); }
  void stop() override {
    outputs_.stop();
    nats_.stop();
  }

 private:
  Clock& clock_;
  Sender sender_;
  // After sender_, because their threads wake it until they have ended
  LocalOutputs outputs_;
  NatsPublisher nats_;
};

}  // namespace alarum::deliver
