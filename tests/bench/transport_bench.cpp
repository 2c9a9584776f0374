// The peer transport over loopback, both ends in this process with an I/O thread each, beside
// libsodium's own secretstream in the same run. Not run by ./test: `ctest -L bench`, or this
// program with the options of Google Benchmark.
#include <benchmark/benchmark.h>
#include <sodium.h>
#include <spdlog/spdlog.h>

#include <thread>

#include "runtime/network/peer_transport.hpp"
#include "runtime/real_system.hpp"
#include "runtime/wall_clock.hpp"

using namespace quorate;

namespace {

/// Counts what arrives; echoes it when asked to.
class Counter final : public network::PeerUser {
 public:
  explicit Counter(caf::actor_system& system) : system_(system) {}

  messages::PeerActor peer_up(messages::PeerId peer, const messages::NodeId&) override {
    auto actor = system_.spawn(counting, this, peer);
    peer_ = peer;
    is_up_.store(true);
    return actor;
  }
  void peer_down(messages::PeerId, const messages::NodeId&) override { is_up_.store(false); }

  void await_up() const {
    while (!is_up_.load()) std::this_thread::yield();
  }
  [[nodiscard]] messages::PeerId peer() const { return peer_; }
  [[nodiscard]] std::uint64_t arrived() const { return arrived_.load(); }
  void echo_through(network::PeerTransport* transport) { transport_ = transport; }

 private:
  struct State {};
  static messages::PeerActor::behavior_type counting(rt::Self<messages::PeerActor, State>,
                                                     Counter* counter, messages::PeerId peer) {
    return {
        [](const messages::Start&) {},
        [counter, peer](const messages::FrameArrived& arrived) {
          if (auto* transport = counter->transport_) transport->send(peer, arrived.frame.bytes);
          counter->arrived_.fetch_add(1);
        },
    };
  }

  caf::actor_system& system_;
  messages::PeerId peer_;
  std::atomic<bool> is_up_{};
  std::atomic<std::uint64_t> arrived_{};
  network::PeerTransport* transport_{};
};

std::shared_ptr<const actors::link::NodeIdentity> identity(std::string_view name) {
  return std::make_shared<const actors::link::NodeIdentity>(
      crypto::SecretKey::derive("quorate/bench-node", as_bytes(name)));
}

struct End {
  runtime::WallClock clock;
  runtime::RealSystemConfig config{1};
  caf::actor_system system{config};
  Counter counter{system};
  std::unique_ptr<network::PeerTransport> transport;

  void start(network::TransportConfig setting, std::string_view name) {
    // What is measured is the way, not the budget.
    for (auto& rate : setting.link.rates) rate = {1'000'000'000, 1'000'000'000};
    setting.link.control = {1'000'000, 1'000'000};
    auto made = network::PeerTransport::create(system, std::move(setting), identity(name), clock);
    transport = std::move(made).value();
    if (!transport->start(counter).ok()) std::abort();
  }
};

/// Two connected ends.
struct Line {
  End listener;
  End dialer;
  Line() {
    spdlog::set_level(spdlog::level::off);
    network::TransportConfig there;
    there.listen = network::Address{"127.0.0.1", 0};
    listener.start(there, "listener");
    network::TransportConfig here;
    here.peers = {{listener.transport->id(), {"127.0.0.1", listener.transport->port()}}};
    dialer.start(here, "dialer");
    listener.counter.await_up();
    dialer.counter.await_up();
  }
  ~Line() {
    dialer.transport->stop();
    listener.transport->stop();
  }
};

/// Of a kind that may be as large; never decoded here.
messages::Frame frame_of(std::size_t size) {
  Bytes bytes(size, 7);
  bytes[0] = 3;
  bytes[1] = 2;
  return messages::Frame{std::move(bytes)};
}

void one_way(benchmark::State& state) {
  Line line;
  const auto size = static_cast<std::size_t>(state.range(0));
  const std::uint64_t in_flight = std::max<std::uint64_t>((3u << 20) / (size + 256), 8);
  const std::uint64_t batch = size < 1'000 ? 100'000 : 4'000;
  const messages::Frame frame = frame_of(size);
  std::uint64_t sent = 0;
  for (auto _ : state) {
    for (std::uint64_t i = 0; i < batch; ++i, ++sent) {
      // Not spinning: the two I/O threads need the cores.
      while (sent - line.listener.counter.arrived() >= in_flight) {
        std::this_thread::sleep_for(std::chrono::microseconds(20));
      }
      line.dialer.transport->send(line.dialer.counter.peer(), frame);
    }
    while (line.listener.counter.arrived() < sent) std::this_thread::yield();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(sent));
  state.SetBytesProcessed(static_cast<std::int64_t>(sent * size));
}
BENCHMARK(one_way)->Arg(100)->Arg(1'000)->Arg(65'536)->UseRealTime()->Unit(benchmark::kMillisecond);

void request_response(benchmark::State& state) {
  Line line;
  line.listener.counter.echo_through(line.listener.transport.get());
  const messages::Frame frame = frame_of(100);
  std::vector<double> times;
  std::uint64_t answers = 0;
  for (auto _ : state) {
    const auto begin = std::chrono::steady_clock::now();
    line.dialer.transport->send(line.dialer.counter.peer(), frame);
    ++answers;
    while (line.dialer.counter.arrived() < answers) std::this_thread::yield();
    times.push_back(
        std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin)
            .count());
  }
  std::sort(times.begin(), times.end());
  state.counters["p50_us"] = times[times.size() / 2];
  state.counters["p99_us"] = times[times.size() * 99 / 100];
}
BENCHMARK(request_response)->UseRealTime()->Iterations(5'000)->Unit(benchmark::kMicrosecond);

/// Sealing and opening on one core, nothing between them.
void raw_secretstream(benchmark::State& state) {
  const auto size = static_cast<std::size_t>(state.range(0));
  std::array<unsigned char, crypto_secretstream_xchacha20poly1305_KEYBYTES> key{};
  std::array<unsigned char, crypto_secretstream_xchacha20poly1305_HEADERBYTES> header{};
  crypto_secretstream_xchacha20poly1305_state out;
  crypto_secretstream_xchacha20poly1305_state in;
  crypto_secretstream_xchacha20poly1305_init_push(&out, header.data(), key.data());
  crypto_secretstream_xchacha20poly1305_init_pull(&in, header.data(), key.data());
  Bytes plain(size, 7);
  Bytes sealed(size + crypto_secretstream_xchacha20poly1305_ABYTES);
  for (auto _ : state) {
    crypto_secretstream_xchacha20poly1305_push(&out, sealed.data(), nullptr, plain.data(), size,
                                               nullptr, 0, 0);
    unsigned char tag = 0;
    if (crypto_secretstream_xchacha20poly1305_pull(&in, plain.data(), nullptr, &tag, sealed.data(),
                                                   sealed.size(), nullptr, 0) != 0) {
      std::abort();
    }
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * size));
}
BENCHMARK(raw_secretstream)->Arg(100)->Arg(65'536);

void session_cipher(benchmark::State& state) {
  const auto size = static_cast<std::size_t>(state.range(0));
  crypto::DirectionKey out{Bytes(32, 1)};
  crypto::DirectionKey in{Bytes(32, 1)};
  Bytes content(size, 7);
  std::array<std::uint8_t, crypto::seal_tag_size> tag{};
  const Bytes header{0, 0, 0, 1};
  for (auto _ : state) {
    out.seal(header, content, tag.data());
    if (!in.open(header, content, tag).ok()) std::abort();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * size));
}
BENCHMARK(session_cipher)->Arg(100)->Arg(65'536);

}  // namespace

BENCHMARK_MAIN();
