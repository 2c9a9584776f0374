#include "messages/peer_message.hpp"

#include <doctest/doctest.h>

using namespace quorate;
using namespace quorate::messages;

namespace {

consensus::DbAddress some_db() {
  return {{"ST000000000000000000002AMW42H.pox-5"}, 7, SetHash{}};
}

/// One message of every kind, in the order of `frame_kinds()`.
std::vector<PeerMessage> one_of_each() {
  const auto replica = [](ReplicaMessage m) {
    return PeerMessage{ReplicaTraffic{ReplicaFamily::own, std::move(m)}};
  };
  Push push;
  push.chunk.db = some_db();
  push.chunk.content = {SharedBytes{Bytes{1, 2, 3}}};
  return {
      replica(Announce{some_db(), {}}),
      replica(push),
      replica(Ack{some_db(), {}}),
      replica(Pull{some_db(), {}}),
      replica(Compare{some_db(), {}, {}}),
      replica(Range{some_db(), {}, {}}),
      replica(Nack{some_db(), std::nullopt, NackReason::too_big}),
      PeerMessage{ElectionMessage{ElectionRequest{}}},
      PeerMessage{ElectionMessage{ElectionGrant{}}},
      PeerMessage{ChainMessage{TipStatus{}}},
      PeerMessage{ChainMessage{BlockPush{}}},
      PeerMessage{ChainMessage{BlocksWanted{}}},
      PeerMessage{TransactionMessage{TransactionsKnown{}}},
      PeerMessage{TransactionMessage{TransactionsWanted{}}},
      PeerMessage{TransactionMessage{Transactions{}}},
      PeerMessage{BurnMessage{BurnTipNotice{}}},
      PeerMessage{BurnMessage{BurnBlocksWanted{}}},
      PeerMessage{BurnMessage{BurnBlockPush{}}},
      PeerMessage{BurnMessage{BurnTransactionSubmit{}}},
      PeerMessage{BurnMessage{CoinsWanted{}}},
      PeerMessage{BurnMessage{Coins{}}},
      PeerMessage{HandshakeMessage{Subscriptions{{{{"ST000000000000000000002AMW42H.notes"}}}}}},
  };
}

}  // namespace

TEST_CASE("every kind of frame returns unchanged and knows its kind") {
  const auto all = one_of_each();
  REQUIRE(all.size() + 1 == frame_kinds().size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    INFO(frame_kinds()[i].name);
    const Frame frame = encode_frame(all[i]);
    CHECK(kind_of(frame.view()).index == i);
    const auto back = decode_frame(frame.view());
    REQUIRE(back.ok());
    CHECK((*back == all[i]));
  }
}

TEST_CASE("the short ways to encode give the same bytes") {
  for (const PeerMessage& message : one_of_each()) {
    const Frame whole = encode_frame(message);
    const Frame part = std::visit(
        [](const auto& inner) {
          if constexpr (std::is_same_v<std::decay_t<decltype(inner)>, ReplicaTraffic>) {
            return encode_frame(inner.family, inner.message);
          } else {
            return encode_frame(inner);
          }
        },
        message);
    CHECK(to_hex(whole.view()) == to_hex(part.view()));
  }
}

TEST_CASE("golden bytes: tag, inner tag, fields") {
  TipStatus tip;
  tip.height = BlockHeight{0x0102};
  tip.burn_tip.height = BurnHeight{3};
  CHECK(to_hex(encode_frame(ChainMessage{tip}).view()) ==
        "0200" "0000000000000102" + std::string(64, '0') + "0000000000000003" +
            std::string(64, '0'));
  // A replica frame carries the family between its tags.
  Nack nack{some_db(), consensus::ChunkSlot{9}, NackReason::bad_signer};
  CHECK(to_hex(encode_frame(GroupKind::stackers, ReplicaMessage{nack}).view()) ==
        "000106" "0023" "53543030303030303030303030303030303030303030324"
        "14d573432482e706f782d35" "0000000000000007" + std::string(64, '0') + "0100000009" "05");
}

TEST_CASE("a list of subscriptions holds 256 contracts and not one more") {
  Subscriptions list;
  for (int i = 0; i < 256; ++i) list.contracts.push_back({"ST000000000000000000002AMW42H.n"});
  Bytes bytes = encode_frame(HandshakeMessage{list}).get();
  CHECK(to_hex(ByteView(bytes).first(8)) == "0500" "00000100" "001f");
  CHECK(decode_frame(bytes).ok());
  bytes[5] = 1;  // 257
  CHECK(decode_frame(bytes).code() == Errc::length_out_of_bounds);
}

TEST_CASE("every truncation and every trailing byte is refused") {
  for (const PeerMessage& message : one_of_each()) {
    Bytes bytes = encode_frame(message).get();
    for (std::size_t n = 0; n < bytes.size(); ++n) {
      CHECK_FALSE(decode_frame(ByteView(bytes).first(n)).ok());
    }
    bytes.push_back(0);
    const auto longer = decode_frame(bytes);
    REQUIRE_FALSE(longer.ok());
    CHECK((longer.code() == Errc::trailing_bytes || longer.code() == Errc::frame_too_big));
  }
}

TEST_CASE("a frame above its kind's size is refused before it is decoded") {
  Bytes bytes = encode_frame(ChainMessage{TipStatus{}}).get();
  const std::size_t limit = row_of(kind_of(bytes)).max_bytes;
  bytes.resize(limit);
  CHECK(decode_frame(bytes).code() == Errc::trailing_bytes);
  bytes.resize(limit + 1);
  CHECK(decode_frame(bytes).code() == Errc::frame_too_big);
}

TEST_CASE("bytes without a kind are malformed") {
  const FrameKind malformed{static_cast<std::uint8_t>(frame_kinds().size() - 1)};
  CHECK(kind_of({}) == malformed);
  CHECK(kind_of(Bytes{6, 0}) == malformed);
  CHECK(kind_of(Bytes{5, 1}) == malformed);
  CHECK(kind_of(Bytes{0, 0, 7}) == malformed);
  CHECK(kind_of(Bytes{1, 2}) == malformed);
  CHECK(decode_frame({}).code() == Errc::truncated);
  CHECK(decode_frame(Bytes{6, 0}).code() == Errc::bad_enum);
}
