#include "ingest/stream/tasks.h"

#include <gtest/gtest.h>

namespace alarum::ingest::tasks_test {
namespace {

http::asio::awaitable<void> fail_with(const char* what) {
  throw std::runtime_error(what);
  co_return;
}

TEST(Tasks, WhatAKeptTaskThrowsIsTheSourcesFaultAndWhatAConnectionThrowsIsNot) {
  http::asio::io_context context;
  Tasks tasks;
  tasks.spawn(context, "s", [] { return fail_with("a connection"); });
  context.run();
  EXPECT_EQ(tasks.fault(), "");
  context.restart();
  tasks.keep(context, "s", [] { return fail_with("no memory"); });
  tasks.keep(context, "s", [] { return fail_with("and another"); });
  context.run();
  EXPECT_EQ(tasks.fault(), "no memory");
  EXPECT_EQ(tasks.running(), 0U);
}

}  // namespace
}  // namespace alarum::ingest::tasks_test
