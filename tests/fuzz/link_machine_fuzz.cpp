// Two ends of a connection and somebody on the wire between them. Whatever he does, an end delivers
// what the other sent, in order, from the start, or nothing more; memory stays bounded; after its
// end a link does nothing.
//
// The bytes are a program. Each step is one opcode byte with its operands; `end` picks an end:
//   0 end n   n bytes of what the end wrote arrive at the other     1 end   all of them
//   2 end at   one byte of what the end wrote is changed            3 end   … is thrown away
//   4 end n   n bytes of the program arrive at the end              5 end n   it sends n·16 bytes
//   6 end   all it delivered is handled      7 ms   time passes, both timers fire
//   8 end   what it wrote arrives at itself  9 end   it leaves      10 end   the other is gone
#include "actors/link_machine.hpp"

using namespace quorate;
using namespace quorate::actors;
using namespace quorate::actors::link;

namespace {

std::shared_ptr<const NodeIdentity> identity(std::uint8_t n) {
  static const auto all = [] {
    std::array<std::shared_ptr<const NodeIdentity>, 2> out;
    for (std::uint8_t i = 0; i < 2; ++i) {
      out[i] = std::make_shared<const NodeIdentity>(
          crypto::SecretKey::derive("quorate/fuzz-node", Bytes{i}));
    }
    return out;
  }();
  return all[n];
}

Config small_config() {
  Config config;
  config.outbox_bytes = 20'000;
  config.write_ahead = 4'000;
  for (Rate& rate : config.rates) rate = {10, 20};
  config.control = {10, 20};
  config.excess = {1, 5};
  return config;
}

struct End {
  LinkMachine machine;
  Bytes wire;
  std::vector<Bytes> sent;
  std::size_t received{};
  std::uint64_t to_handle{};
  bool is_over{};
};

class Program {
 public:
  explicit Program(ByteView code) : code_(code) {}

  void run() {
    for (std::size_t i = 0; i < 2; ++i) step(i, Opened{});
    while (code_.left() > 0) one();
  }

 private:
  std::uint8_t next() { return code_.left() > 0 ? code_.get<std::uint8_t>() : std::uint8_t{0}; }

  void one() {
    const std::uint8_t opcode = next() % 11;
    if (opcode == 7) {
      now_ = now_ + milliseconds(next() * 100);
      for (std::size_t i = 0; i < 2; ++i) {
        for (const std::uint8_t kind : {0, 1}) step(i, LinkTimer{{kind}});
      }
      return;
    }
    const std::size_t at = next() % 2;
    End& end = ends_[at];
    switch (opcode) {
      case 0:
        return carry(at, 1 - at, next());
      case 1:
        return carry(at, 1 - at, end.wire.size());
      case 2: {
        const std::size_t place = next();
        if (place < end.wire.size()) end.wire[place] ^= 0x40;
        return;
      }
      case 3:
        return carry(at, 2, end.wire.size());
      case 4: {
        const std::size_t asked = next();
        Bytes bytes = to_bytes(code_.raw(std::min<std::size_t>(asked, code_.left())));
        return step(at, BytesArrived{bytes});
      }
      case 5: {
        messages::Transactions list;
        list.bytes.push_back({SharedBytes{Bytes(next() * 16u, 7)}});
        const auto frame = messages::encode_frame(messages::TransactionMessage{list});
        return step(at, SendMessage{frame});
      }
      case 6:
        return step(at, Handled{std::exchange(end.to_handle, 0)});
      case 8:
        return carry(at, at, end.wire.size());
      case 9:
        return step(at, Leave{Errc::node_stopping});
      default:
        return step(at, PeerGone{});
    }
  }

  /// `to` 2: into nowhere.
  void carry(std::size_t from, std::size_t to, std::size_t count) {
    End& end = ends_[from];
    count = std::min(count, end.wire.size());
    Bytes bytes(end.wire.begin(), end.wire.begin() + static_cast<std::ptrdiff_t>(count));
    end.wire.erase(end.wire.begin(), end.wire.begin() + static_cast<std::ptrdiff_t>(count));
    step(from, BytesTaken{count});
    if (to < 2) step(to, BytesArrived{bytes});
  }

  void step(std::size_t at, const Input& input) {
    End& end = ends_[at];
    const bool was_over = end.is_over;
    const auto effects = end.machine.step(now_, input);
    if (!effects.ok()) return;
    ASSERT(!was_over || effects->empty());
    for (const Effect& effect : *effects) {
      ASSERT(!end.is_over);
      if (const auto* write = std::get_if<WriteBytes>(&effect)) append(end.wire, write->bytes);
      if (const auto* message = std::get_if<DeliverMessage>(&effect)) {
        ASSERT(end.received < ends_[1 - at].sent.size());
        ASSERT(message->frame.get() == ends_[1 - at].sent[end.received++]);
        end.to_handle += message->charge;
      }
      // Ignored for its rate: it was a message of the other end all the same.
      if (std::holds_alternative<MessageIgnored>(effect)) ++end.received;
      if (std::holds_alternative<CloseLink>(effect)) end.is_over = true;
    }
    if (const auto* sent = std::get_if<SendMessage>(&input); sent != nullptr && !was_over) {
      end.sent.push_back(sent->frame.get());
    }
    ASSERT(end.machine.waiting_bytes() <= 20'000);
    ASSERT(end.machine.unhandled() <= link_window);
    ASSERT(end.machine.partial_bytes() <= 20'000);
    ASSERT(end.wire.size() <= 4'000 + 8'192 + 2'000);
  }

  Reader code_;
  Instant now_{seconds(1'000).us};
  std::array<End, 2> ends_{
      End{LinkMachine::dialing(small_config(), identity(0),
                               crypto::EphemeralKey::derive(crypto::sha256(Bytes{1})),
                               identity(1)->id, now_),
          {},
          {},
          0,
          0,
          false},
      End{LinkMachine::listening(small_config(), identity(1),
                                 crypto::EphemeralKey::derive(crypto::sha256(Bytes{2})), now_),
          {},
          {},
          0,
          0,
          false}};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  Program{{bytes, std::min<std::size_t>(size, 2'000)}}.run();
  return 0;
}
