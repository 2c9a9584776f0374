#include "actors/replica_book.hpp"

#include <doctest/doctest.h>

using namespace quorate;
using namespace quorate::actors;
using messages::Counted;

TEST_CASE("replica book: counts are kept by what and why") {
  ReplicaBook book;
  book.count(Counted::client_write);
  book.count(Counted::client_refusal, Errc::bad_signer);
  book.count(Counted::client_refusal, Errc::bad_signer);
  book.count(Counted::client_refusal, Errc::stale_version);
  const auto lines = book.counts();
  REQUIRE(lines.size() == 3);
  std::uint64_t times = 0;
  for (const auto& line : lines) {
    if (line.reason == static_cast<std::uint16_t>(Errc::bad_signer)) times = line.times;
  }
  CHECK(times == 2);
}

TEST_CASE("replica book: a lag is timed from its first look to the look that finds none") {
  ReplicaBook book;
  const Instant begin{seconds(10).us};
  const std::vector<replica::PeerStanding> behind{{PeerId{1}, 0, 3, 5, 0}};
  const std::vector<replica::PeerStanding> level{{PeerId{1}, 0, 0, 0, 0}};
  CHECK(book.lines(begin, behind).at(0).this_lags_us == 0);
  const auto line = book.lines(begin + seconds(4), behind).at(0);
  CHECK(line.this_lags_us == seconds(4).us);
  CHECK(line.this_lacks == 3);
  CHECK(line.versions_lacked == 5);
  CHECK(line.peer_lags_us == 0);
  CHECK(book.lines(begin + seconds(5), level).at(0).this_lags_us == 0);
  CHECK(book.lines(begin + seconds(6), behind).at(0).this_lags_us == 0);
}

TEST_CASE("replica book: a peer that is gone is forgotten") {
  ReplicaBook book;
  const Instant begin{seconds(10).us};
  const std::vector<replica::PeerStanding> lagging{{PeerId{1}, 2, 0, 0, 1}};
  CHECK(book.lines(begin, lagging).at(0).offences == 1);
  CHECK(book.lines(begin + seconds(1), lagging).at(0).peer_lags_us == seconds(1).us);
  CHECK(book.lines(begin + seconds(2), {}).empty());
  CHECK(book.lines(begin + seconds(3), lagging).at(0).peer_lags_us == 0);
}
