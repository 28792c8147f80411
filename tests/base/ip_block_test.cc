#include "base/ip_block.h"

#include <gtest/gtest.h>

namespace alarum {
namespace {

bool same(std::string_view a, std::string_view b) {
  const auto x = IpAddress::parse(a), y = IpAddress::parse(b);
  return x && y && *x == *y;
}

bool holds(std::string_view block, std::string_view address) {
  const auto b = IpBlock::parse(block);
  const auto a = IpAddress::parse(address);
  return b && a && b->holds(*a);
}

TEST(IpAddress, IsTheSameHoweverItIsWritten) {
  EXPECT_TRUE(same("10.0.0.1", "010.000.000.001"));
  EXPECT_TRUE(same("::1", "0:0:0:0:0:0:0:1"));
  EXPECT_TRUE(same("2001:DB8::1", "2001:db8:0:0::1"));
  EXPECT_FALSE(same("10.0.0.1", "10.0.0.2"));
  EXPECT_FALSE(same("::1", "0.0.0.1"));
}

TEST(IpAddress, IsNothingElse) {
  for (const auto* text :
       {"", "x", "10", "10.0.0", "10.0.0.", "10.0.0.0.1", "10.0.0.256", "10.0.0.-1", "10.0.0.1 ",
        "0x0a.0.0.1", ":", "1::2::3", "::ffff:10.0.0.1", "fe80::1%eth0", "1:2:3:4:5:6:7:8:9"}) {
    EXPECT_FALSE(IpAddress::parse(text)) << text;
  }
  EXPECT_FALSE(IpAddress::parse(std::string_view("10.0.0.1\0", 9)));
  EXPECT_FALSE(IpAddress::parse(std::string_view("::1\0", 4)));
}

TEST(IpBlock, HoldsTheAddressesThatShareItsBits) {
  EXPECT_TRUE(holds("10.0.0.0/24", "10.0.0.255"));
  EXPECT_FALSE(holds("10.0.0.0/24", "10.0.1.0"));
  EXPECT_TRUE(holds("220.160.154.255/24", "220.160.154.0"));
  EXPECT_TRUE(holds("10.0.0.6/31", "10.0.0.7"));
  EXPECT_FALSE(holds("10.0.0.6/31", "10.0.0.8"));
  EXPECT_TRUE(holds("10.0.0.1/32", "10.0.0.1"));
  EXPECT_FALSE(holds("10.0.0.1/32", "10.0.0.0"));
  EXPECT_TRUE(holds("2001:db8::/33", "2001:db8:7fff::1"));
  EXPECT_FALSE(holds("2001:db8::/33", "2001:db8:8000::1"));
  EXPECT_TRUE(holds("::1/128", "::1"));
}

TEST(IpBlock, HoldsItsOwnFamilyOnly) {
  EXPECT_TRUE(holds("0.0.0.0/0", "255.1.2.3"));
  EXPECT_FALSE(holds("0.0.0.0/0", "::1"));
  EXPECT_TRUE(holds("::/0", "ffff::"));
  EXPECT_FALSE(holds("::/0", "10.0.0.1"));
  EXPECT_FALSE(holds("10.0.0.0/8", "::ffff:a00:1"));
}

}  // namespace
}  // namespace alarum
