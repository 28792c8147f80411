// The writer against real pipes, FIFOs and files. What waits, waits for something that is seen; the
// limits are those of the writer.
#include "base/output_writer.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <condition_variable>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <sstream>

namespace alarum {
namespace {

using namespace std::chrono_literals;

struct Pipe {
  std::array<int, 2> ends{-1, -1};
  Pipe() { EXPECT_EQ(pipe2(ends.data(), O_CLOEXEC), 0); }
  ~Pipe() {
    close_reader();
    close(ends[1]);
  }
  void close_reader() {
    if (ends[0] >= 0) close(std::exchange(ends[0], -1));
  }
  // Until nothing fits.
  void fill() const {
    const std::string page(4096, 'x');
    for (pollfd one{ends[1], POLLOUT, 0}; poll(&one, 1, 0) > 0;)
      EXPECT_EQ(write(ends[1], page.data(), page.size()), 4096);
  }
  // Bytes that wait to be read.
  int waiting() const {
    int bytes = 0;
    EXPECT_EQ(ioctl(ends[0], FIONREAD, &bytes), 0);
    return bytes;
  }
  // Reads until `text` came.
  std::string read_to(const std::string& text) const {
    std::string all;
    char byte = 0;
    while (!all.ends_with(text) && ::read(ends[0], &byte, 1) == 1) all += byte;
    return all;
  }
};

/// What became of each text.
class Ends {
 public:
  OutputWriter::Done done() {
    return [this](std::uint64_t number, const std::string& fault) {
      const std::lock_guard lock(mutex_);
      ends_[number] = fault.empty() ? "written" : fault;
      came_.notify_all();
    };
  }
  std::string of(std::uint64_t number) {
    std::unique_lock lock(mutex_);
    came_.wait_for(lock, 60s, [&] { return ends_.contains(number); });
    return ends_[number];
  }

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::map<std::uint64_t, std::string> ends_;
};

std::string text_of(const std::string& path) {
  std::ostringstream all;
  all << std::ifstream(path).rdbuf();
  return all.str();
}

struct Folder {
  std::string path = testing::TempDir() + "output_writer_" + std::to_string(getpid());
  Folder() { std::filesystem::create_directory(path); }
  ~Folder() { std::filesystem::remove_all(path); }
};

TEST(OutputWriter, WritesInOrderAndMoreThanAPipeHolds) {
  Pipe pipe;
  Ends ends;
  OutputWriter writer({pipe.ends[1]}, {std::size_t{1} << 20, ends.done()});
  EXPECT_TRUE(writer.try_write(1, std::string(1 << 18, 'a')));
  EXPECT_TRUE(writer.try_write(2, "end\n"));
  EXPECT_EQ(pipe.read_to("end\n").size(), (1u << 18) + 4);
  EXPECT_EQ(ends.of(2), "written");
  EXPECT_TRUE(writer.idle());
}

TEST(OutputWriter, APipeThatNobodyReadsFailsATextAtItsLimitAndKeepsTheBound) {
  Pipe pipe;
  pipe.fill();
  Ends ends;
  OutputWriter writer({pipe.ends[1]}, {10, ends.done()});
  EXPECT_TRUE(writer.try_write(1, "1234\n", 20ms));
  EXPECT_EQ(ends.of(1), "nobody reads it");
  EXPECT_EQ(writer.fault(), "nobody reads it");
  EXPECT_TRUE(writer.try_write(2, "5678\n"));
  EXPECT_TRUE(writer.try_write(3, "90ab\n"));
  EXPECT_FALSE(writer.try_write(4, "c"));
  EXPECT_TRUE(pipe.read_to("90ab\n").ends_with("x5678\n90ab\n"))
      << "what failed before any of it was written is not there";
  EXPECT_EQ(ends.of(3), "written");
  EXPECT_EQ(writer.fault(), "");
  EXPECT_EQ(fcntl(pipe.ends[1], F_GETFL) & O_NONBLOCK, 0) << "others may share the pipe";
}

// On a busy machine the time of a text may be over before the thread has written any of it: then
// once more, with twice the time.
TEST(OutputWriter, ATextThatWasCutIsEndedWithALineBreak) {
  for (auto limit = 50ms;; limit *= 2) {
    Pipe pipe;
    Ends ends;
    OutputWriter writer({pipe.ends[1]}, {std::size_t{1} << 20, ends.done()});
    EXPECT_TRUE(writer.try_write(1, std::string(1 << 20, 'a') + '\n', limit));
    EXPECT_EQ(ends.of(1), "nobody reads it");
    if (pipe.waiting() == 0 && limit < 60s) continue;
    EXPECT_TRUE(writer.try_write(2, "whole\n"));
    EXPECT_TRUE(pipe.read_to("whole\n").ends_with("a\nwhole\n"));
    break;
  }
}

TEST(OutputWriter, AFileThatEndsWithinALineGetsItsLineBreakFirst) {
  const Folder folder;
  const auto path = folder.path + "/out";
  std::ofstream(path) << "{\"half\":";  // as a crash leaves it
  Ends ends;
  OutputWriter writer({-1, path}, {std::size_t{1} << 20, ends.done()});
  EXPECT_TRUE(writer.try_write(1, "{}\n"));
  EXPECT_TRUE(writer.try_write(2, "{}\n"));
  EXPECT_EQ(ends.of(2), "written");
  EXPECT_EQ(text_of(path), "{\"half\":\n{}\n{}\n");
}

TEST(OutputWriter, StopEndsThoughNobodyReads) {
  Pipe pipe;
  pipe.fill();
  OutputWriter writer({pipe.ends[1]}, {});
  EXPECT_TRUE(writer.try_write(1, "text\n"));
  writer.stop(0ms);  // hangs for ever without the mend
  EXPECT_FALSE(writer.try_write(2, "text\n"));
}

TEST(OutputWriter, StopWritesWhatWaits) {
  Pipe pipe;
  {
    OutputWriter writer({pipe.ends[1]}, {});
    for (int i = 0; i < 100; ++i) EXPECT_TRUE(writer.try_write(1, "text\n"));
    writer.stop(60s);
  }
  close(std::exchange(pipe.ends[1], -1));
  EXPECT_EQ(pipe.read_to("never").size(), 500u);
}

TEST(OutputWriter, APipeThatIsClosedIsAFaultAndNoSignal) {
  Pipe pipe;
  pipe.close_reader();
  Ends ends;
  OutputWriter writer({pipe.ends[1]}, {1000, ends.done()});
  EXPECT_TRUE(writer.try_write(1, "text\n"));
  EXPECT_EQ(ends.of(1), "Broken pipe");
}

TEST(OutputWriter, OpensAFileForEachTextAndNeverWaitsForAFifo) {
  const Folder folder;
  const auto path = folder.path + "/out";
  Ends ends;
  OutputWriter writer({-1, path}, {1000, ends.done()});
  EXPECT_TRUE(writer.try_write(1, "one\n"));
  EXPECT_EQ(ends.of(1), "written");
  std::filesystem::rename(path, path + ".1");
  EXPECT_TRUE(writer.try_write(2, "two\n"));
  EXPECT_EQ(ends.of(2), "written");
  EXPECT_EQ(text_of(path + ".1") + text_of(path), "one\ntwo\n");
  std::filesystem::remove(path);
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  EXPECT_TRUE(writer.try_write(3, "three\n", 1h));
  EXPECT_EQ(ends.of(3), "nobody reads it");
  const int reader = open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  EXPECT_TRUE(writer.try_write(4, "four\n"));
  EXPECT_EQ(ends.of(4), "written");
  std::array<char, 10> bytes{};
  EXPECT_EQ(::read(reader, bytes.data(), bytes.size()), 5);
  close(reader);
  std::filesystem::remove(path);
  std::filesystem::create_directory(path);
  EXPECT_TRUE(writer.try_write(5, "five\n"));
  EXPECT_EQ(ends.of(5), "Is a directory");
}

}  // namespace
}  // namespace alarum
