#include "base/hash.h"

#include <gtest/gtest.h>

#include <thread>

namespace alarum {
namespace {

// The examples of FIPS 180-4 (NIST's "SHA256.pdf" beside it).
TEST(Hash, Sha256IsThatOfTheStandard) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(Hash, PiecesAreHashedAsWhatTheyAreTogether) {
  const std::string text(200, 'x');
  const std::string_view all = text;
  EXPECT_EQ(sha256_joined({all.substr(0, 70), "", all.substr(70, 1), all.substr(71)}), sha256(all));
}

TEST(Hash, EachThreadHashesByItself) {
  const auto right = sha256_hex("abc");
  std::vector<std::thread> threads;
  std::vector<std::string> got(4);
  for (auto& one : got)
    threads.emplace_back([&one] {
      for (int i = 0; i < 100; ++i) one = sha256_hex("abc");
    });
  for (auto& thread : threads) thread.join();
  for (const auto& one : got) EXPECT_EQ(one, right);
}

// RFC 3720, appendix B.4.
TEST(Hash, Crc32cIsThatOfTheStandard) {
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAU);
  EXPECT_EQ(crc32c(std::string(32, '\xFF')), 0x62A8AB43U);
  EXPECT_EQ(crc32c("56789", crc32c("1234")), crc32c("123456789"));
  EXPECT_EQ(crc32c("123456789"), 0xE3069283U);
}

}  // namespace
}  // namespace alarum
