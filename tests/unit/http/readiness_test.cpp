#include "runtime/http/readiness.hpp"

#include <doctest/doctest.h>

using namespace quorate;
using namespace quorate::http;
using messages::Counted;

namespace {

NodePicture healthy() {
  NodePicture out;
  out.now = Instant{seconds(100).us};
  ReplicaPicture replica;
  replica.contract = "ST000000000000000000002AMW42H.notes";
  replica.at = Instant{seconds(99).us};
  replica.look.emplace();
  replica.look->arrays.push_back({{{replica.contract}, 1, {}}, true, {}, 7, 8, 3, 1'000});
  out.replicas.push_back(replica);
  return out;
}
messages::PeerLine late(std::uint32_t peer, Duration lag) {
  messages::PeerLine line;
  line.peer = messages::PeerId{peer};
  line.this_lacks = 1;
  line.this_lags_us = lag.us;
  return line;
}
bool has_line(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

}  // namespace

TEST_CASE("readiness: alone, in sync and with a disk that writes a node is ready") {
  CHECK(not_ready(healthy()).empty());
}

TEST_CASE("readiness: behind more than half of its peers for more than ten seconds") {
  NodePicture picture = healthy();
  auto& peers = picture.replicas[0].look->peers;
  peers.push_back(late(1, lag_allowed));
  CHECK(not_ready(picture).empty());
  peers[0] = late(1, lag_allowed + microseconds(1));
  CHECK(not_ready(picture).size() == 1);
  peers.push_back(late(2, Duration{0}));  // One of two may be a liar.
  CHECK(not_ready(picture).empty());
  peers.push_back(late(3, seconds(60)));
  CHECK(not_ready(picture).size() == 1);
}

TEST_CASE("readiness: a disk that refuses, a silent replica, no peer of those configured") {
  NodePicture picture = healthy();
  picture.replicas[0].look->disk = static_cast<std::uint16_t>(Errc::store_full);
  REQUIRE(not_ready(picture).size() == 1);
  CHECK(not_ready(picture)[0].find("store_full") != std::string::npos);
  picture = healthy();
  picture.replicas[0].at = picture.now - look_allowed;
  CHECK(not_ready(picture).empty());
  picture.replicas[0].at = picture.now - look_allowed - microseconds(1);
  CHECK(not_ready(picture).size() == 1);
  picture.replicas[0].look.reset();
  CHECK(not_ready(picture).size() == 1);
  picture = healthy();
  picture.peers_wanted = 2;
  CHECK(not_ready(picture) == std::vector<std::string>{"no peer is connected"});
  picture.peers = 1;
  CHECK(not_ready(picture).empty());
}

TEST_CASE("metrics: one head per metric, reasons and peers as labels, whole seconds and parts") {
  NodePicture picture = healthy();
  auto& look = *picture.replicas[0].look;
  look.peers.push_back(late(4, milliseconds(12'345)));
  look.counts.push_back({Counted::client_refusal, static_cast<std::uint16_t>(Errc::bad_signer), 3});
  look.counts.push_back({Counted::client_write, 0, 5});
  look.counts.push_back({Counted::peer_refusal, 7, 2});
  picture.server.answers[200] = 9;
  picture.server.refusals[Errc::http_bad_path] = 1;
  const std::string text = metrics_text(picture);
  const std::string db = "{db=\"ST000000000000000000002AMW42H.notes\"";
  CHECK(has_line(text, "quorate_ready 0"));
  CHECK(has_line(text, "quorate_replica_client_writes_total" + db + "} 5"));
  CHECK(has_line(text, "quorate_replica_client_refusals_total" + db + ",reason=\"bad_signer\"} 3"));
  CHECK(has_line(text, "quorate_replica_peer_refusals_total" + db + ",reason=\"too_fast\"} 2"));
  CHECK(has_line(text, "quorate_replica_lag_seconds" + db + ",peer=\"4\"} 12.345"));
  CHECK(has_line(text, "quorate_http_answers_total{status=\"200\"} 9"));
  CHECK(has_line(text, "quorate_http_refusals_total{reason=\"http_bad_path\"} 1"));
  std::size_t heads = 0;
  for (std::size_t at = 0;
       (at = text.find("# TYPE quorate_replica_lag_seconds ", at)) != std::string::npos; ++at) {
    ++heads;
  }
  CHECK(heads == 1);
  CHECK(text.back() == '\n');
}

TEST_CASE("trouble: each reason is told at once, then at most every ten seconds, with the sum") {
  TroubleLog log;
  NodePicture picture = healthy();
  CHECK(log.lines(picture).empty());
  auto& counts = picture.replicas[0].look->counts;
  counts.push_back({Counted::client_refusal, static_cast<std::uint16_t>(Errc::stale_version), 2});
  const auto first = log.lines(picture);
  REQUIRE(first.size() == 1);
  CHECK(first[0].find("client_refusals stale_version 2 (+2)") != std::string::npos);
  counts[0].times = 9;
  picture.now = picture.now + milliseconds(9'999);
  CHECK(log.lines(picture).empty());
  picture.now = picture.now + milliseconds(1);
  const auto second = log.lines(picture);
  REQUIRE(second.size() == 1);
  CHECK(second[0].find("9 (+7)") != std::string::npos);
  picture.now = picture.now + seconds(60);
  CHECK(log.lines(picture).empty());  // Nothing new.
}

TEST_CASE("trouble: a lagging peer and a lagging node are told with their seconds") {
  TroubleLog log;
  NodePicture picture = healthy();
  auto line = late(4, seconds(12));
  line.peer_lags_us = seconds(30).us;
  picture.replicas[0].look->peers.push_back(line);
  const auto lines = log.lines(picture);
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].find("peer 4 lags, seconds 30") != std::string::npos);
  CHECK(lines[1].find("this node lags behind peer 4, seconds 12") != std::string::npos);
}
