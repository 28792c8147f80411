#pragma once
#include "receivers/receiver.h"

namespace alarum::deliver {

/// A receiver that is sent again all that fires, as often as a test likes.
class Forgetful final : public receivers::Receiver {
 public:
  explicit Forgetful(Duration every) : every_(every) {}
  model::Content compose(const model::Message& /*message*/,
                         const receivers::Setting& /*setting*/) const override {
    return {};
  }
  Duration resend_every() const override { return every_; }

 private:
  const Duration every_;
};

}  // namespace alarum::deliver
