// What the Stacker DBs of a node cost, each beside its reference in the same run: writes beside raw
// SQLite, HTTP beside the actor path and beside a bare Beast server. Client and server share the
// machine. Prints a table; figures and machine: docs/performance.md.
#include <utility>

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sqlite3.h>
#include <boost/asio.hpp>
#include <boost/beast.hpp>

#include <atomic>
#include <filesystem>
#include <thread>

#include "consensus/own_contract.hpp"
#include "runtime/live/live_node.hpp"
#include "runtime/live/process.hpp"
#include "runtime/real_system.hpp"
#include "runtime/wall_clock.hpp"
#include "storage/sqlite_store.hpp"

using namespace quorate;
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace bhttp = boost::beast::http;
using tcp = asio::ip::tcp;
using ErrorCode = boost::system::error_code;

namespace {

constexpr std::uint32_t network_id = 7;
constexpr std::size_t chunk_bytes = 4'096;
const std::string contract_name = "ST000000000000000000002AMW42H.bench";

class Stopwatch {
 public:
  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  }

 private:
  std::chrono::steady_clock::time_point begin_{std::chrono::steady_clock::now()};
};

class Folder {
 public:
  Folder() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "quorate-bench-XXXXXX").string();
    ASSERT(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~Folder() {
    std::error_code failed;
    std::filesystem::remove_all(path_, failed);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

crypto::SecretKey writer() { return crypto::SecretKey::derive("quorate/bench-writer", {}); }

consensus::OwnDb declaration(std::uint32_t slots, std::uint32_t bytes) {
  consensus::OwnDb db;
  db.contract.text = contract_name;
  db.owners = {{writer().public_key(), slots}};
  db.limits = {bytes, 1'000'000};
  return db;
}

/// One node with one own DB on SQLite.
class Host {
 public:
  Host(const std::string& file, std::uint32_t slots, std::uint32_t bytes, bool has_http,
       const std::string& name = "bench", std::vector<network::PeerAddress> peers = {}) {
    runtime::LiveNodeSetup setup;
    setup.node.params.network_id = network_id;
    setup.node.scope = runtime::NodeConfig::Scope::own_dbs;
    setup.node.replica_commit = actors::ReplicaCommit::grouped;
    setup.node.own_dbs = {consensus::own_contract(network_id, declaration(slots, bytes)).value()};
    setup.node.seed = crypto::sha256(as_bytes(name));
    setup.network.listen = network::Address{"127.0.0.1", 0};
    setup.network.link.network_id = network_id;
    setup.network.peers = std::move(peers);
    setup.identity = std::make_shared<const actors::link::NodeIdentity>(
        crypto::SecretKey::derive("quorate/bench-node", as_bytes(name)));
    auto store = storage::SqliteStore::open(file);
    ASSERT(store.ok());
    setup.store = std::move(store).value();
    if (has_http) setup.http.emplace();
    auto node = runtime::LiveNode::start(system_, clock_, std::move(setup));
    ASSERT(node.ok());
    node_ = std::move(node).value();
  }
  ~Host() { node_->stop(); }
  [[nodiscard]] runtime::LiveNode& node() { return *node_; }
  [[nodiscard]] network::PeerAddress as_peer() const {
    return {node_->transport().id(), {"127.0.0.1", node_->transport().port()}};
  }
  [[nodiscard]] Instant now() const { return clock_.now(); }
  /// Batches written so far.
  [[nodiscard]] std::uint64_t commits() {
    std::atomic<bool> is_done{false};
    std::uint64_t out = 0;
    node_->slots().ask(now(), contract_name, messages::LookWanted{},
                       [&](Result<http::SlotDesk::Reply> reply) {
                         ASSERT(reply.ok());
                         for (const auto& line : std::get<messages::LookShown>(**reply).counts) {
                           if (line.what == messages::Counted::commit) out = line.times;
                         }
                         is_done = true;
                         is_done.notify_one();
                       });
    is_done.wait(false);
    return out;
  }

 private:
  runtime::WallClock clock_;
  runtime::RealSystemConfig config_{2};
  caf::actor_system system_{config_};
  std::unique_ptr<runtime::LiveNode> node_;
};

struct SignedWrite {
  std::uint32_t slot{};
  std::uint64_t version{};
  SharedBytes content;
  crypto::RecoverableSignature signature;
};

std::vector<SignedWrite> signed_writes(std::size_t count, std::uint32_t slots,
                                       std::uint64_t first_version, std::size_t bytes) {
  const auto key = writer();
  const auto db = declaration(slots, static_cast<std::uint32_t>(bytes));
  const auto address = consensus::own_db_address(network_id, db);
  std::vector<SignedWrite> out;
  for (std::size_t i = 0; i < count; ++i) {
    Bytes content(bytes, static_cast<std::uint8_t>(i));
    put_be(content.data(), static_cast<std::uint64_t>(first_version * 1'000'000 + i));
    const auto slot = static_cast<std::uint32_t>(i % slots);
    const std::uint64_t version = first_version + i / slots;
    auto chunk = consensus::sign_chunk(network_id, address, consensus::ChunkSlot{slot},
                                       ChunkVersion{version}, SharedBytes{std::move(content)}, key);
    out.push_back({slot, version, chunk.content.bytes, chunk.signature});
  }
  return out;
}

/// Writes through the replica's actor with a window of unanswered ones. @returns writes per second.
double actor_writes(Host& host, const std::vector<SignedWrite>& writes, std::size_t window) {
  std::atomic<std::size_t> answered{0};
  std::atomic<std::size_t> refused{0};
  const Stopwatch watch;
  for (std::size_t i = 0; i < writes.size(); ++i) {
    for (std::size_t seen = answered; i - seen >= window; seen = answered) answered.wait(seen);
    const SignedWrite& w = writes[i];
    host.node().slots().ask(host.now(), contract_name,
                            messages::SlotWrite{std::nullopt,
                                                consensus::ChunkSlot{w.slot},
                                                ChunkVersion{w.version},
                                                {w.content},
                                                w.signature},
                            [&](Result<http::SlotDesk::Reply> reply) {
                              const bool is_taken =
                                  reply.ok() &&
                                  !std::get<messages::WriteJudged>(**reply).refusal.has_value();
                              refused += is_taken ? 0 : 1;
                              ++answered;
                              answered.notify_one();
                            });
  }
  for (std::size_t seen = answered; seen < writes.size(); seen = answered) answered.wait(seen);
  ASSERT(refused == 0);
  return static_cast<double>(writes.size()) / watch.seconds();
}

/// The same blobs by SQLite alone: write-ahead log, synchronous FULL, `batch` rows a transaction.
double raw_sqlite(const std::string& file, const std::vector<SignedWrite>& writes,
                  std::size_t batch) {
  sqlite3* db = nullptr;
  ASSERT(sqlite3_open(file.c_str(), &db) == SQLITE_OK);
  ASSERT(sqlite3_exec(db,
                      "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL;"
                      "PRAGMA synchronous=FULL; CREATE TABLE b (k BLOB PRIMARY KEY, v BLOB);",
                      nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_stmt* put = nullptr;
  ASSERT(sqlite3_prepare_v2(db,
                            "INSERT INTO b VALUES (?1, ?2)"
                            " ON CONFLICT (k) DO UPDATE SET v = ?2",
                            -1, &put, nullptr) == SQLITE_OK);
  const auto run = [&](const char* sql) {
    ASSERT(sqlite3_exec(db, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
  };
  const Stopwatch watch;
  for (std::size_t i = 0; i < writes.size(); ++i) {
    if (i % batch == 0) run("BEGIN IMMEDIATE");
    Bytes key(20, 0);
    put_be(key.data() + 16, writes[i].slot);
    sqlite3_bind_blob(put, 1, key.data(), static_cast<int>(key.size()), SQLITE_TRANSIENT);
    sqlite3_bind_blob(put, 2, writes[i].content.get().data(),
                      static_cast<int>(writes[i].content.size()), SQLITE_STATIC);
    ASSERT(sqlite3_step(put) == SQLITE_DONE);
    sqlite3_reset(put);
    if (i % batch == batch - 1 || i + 1 == writes.size()) run("COMMIT");
  }
  const double seconds = watch.seconds();
  sqlite3_finalize(put);
  sqlite3_close(db);
  return static_cast<double>(writes.size()) / seconds;
}

/// Connections that each send one request after the other, on one thread.
class Load {
 public:
  /// @param next the next request's text, empty when there is none left.
  Load(std::uint16_t port, std::size_t connections, std::function<std::string()> next)
      : next_(std::move(next)) {
    for (std::size_t i = 0; i < connections; ++i) {
      auto line = std::make_shared<Line>(io_);
      line->socket.connect({asio::ip::make_address("127.0.0.1"), port});
      line->socket.set_option(tcp::no_delay(true));
      lines_.push_back(line);
    }
  }
  /// @returns answers per second; all must be 200.
  double run() {
    const Stopwatch watch;
    for (const auto& line : lines_) send(line);
    io_.run();
    ASSERT(failed_ == 0);
    return static_cast<double>(answered_) / watch.seconds();
  }

 private:
  struct Line {
    explicit Line(asio::io_context& io) : socket(io) {}
    tcp::socket socket;
    std::string text;
    beast::flat_buffer buffer;
    std::optional<bhttp::response_parser<bhttp::string_body>> parser;
  };
  void send(const std::shared_ptr<Line>& line) {
    line->text = next_();
    if (line->text.empty()) return;
    asio::async_write(line->socket, asio::buffer(line->text),
                      [this, line](ErrorCode e, std::size_t) {
                        ASSERT(!e);
                        line->parser.emplace();
                        line->parser->body_limit(64u << 20);
                        bhttp::async_read(line->socket, line->buffer, *line->parser,
                                          [this, line](ErrorCode failed, std::size_t) {
                                            ASSERT(!failed);
                                            ++answered_;
                                            if (line->parser->get().result_int() != 200) ++failed_;
                                            send(line);
                                          });
                      });
  }

  std::function<std::string()> next_;
  asio::io_context io_{1};
  std::vector<std::shared_ptr<Line>> lines_;
  std::size_t answered_{};
  std::size_t failed_{};
};

/// The least a Beast server can do: read a request, answer 4 KiB.
class BareServer {
 public:
  BareServer() : acceptor_(io_, {asio::ip::make_address("127.0.0.1"), 0}) {
    accept();
    thread_ = std::thread([this] { io_.run(); });
  }
  ~BareServer() {
    io_.stop();
    thread_.join();
  }
  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

 private:
  struct Line {
    explicit Line(tcp::socket s) : stream(std::move(s)) {}
    beast::tcp_stream stream;
    beast::flat_buffer buffer;
    bhttp::request<bhttp::string_body> request;
    bhttp::response<bhttp::string_body> response;
  };
  void accept() {
    acceptor_.async_accept([this](ErrorCode failed, tcp::socket socket) {
      if (failed) return;
      socket.set_option(tcp::no_delay(true));
      serve(std::make_shared<Line>(std::move(socket)));
      accept();
    });
  }
  void serve(const std::shared_ptr<Line>& line) {
    line->request = {};
    bhttp::async_read(
        line->stream, line->buffer, line->request, [this, line](ErrorCode failed, std::size_t) {
          if (failed) return;
          line->response = {bhttp::status::ok, 11};
          line->response.set(bhttp::field::content_type, "application/octet-stream");
          line->response.body() = content_;
          line->response.prepare_payload();
          bhttp::async_write(line->stream, line->response, [this, line](ErrorCode e, std::size_t) {
            if (!e) serve(line);
          });
        });
  }

  std::string content_ = std::string(chunk_bytes, 'x');
  asio::io_context io_{1};
  tcp::acceptor acceptor_;
  std::thread thread_;
};

std::string get_text(const std::string& target) {
  return "GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
}
std::string post_text(const SignedWrite& w) {
  const std::string body = fmt::format(R"({{"version":{},"chunk":"{}","signature":"{}"}})",
                                       w.version, to_hex(w.content.view()), to_hex(w.signature));
  return fmt::format(
      "POST /v1/stackerdbs/{}/slots/{} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: "
      "application/json\r\nContent-Length: {}\r\n\r\n{}",
      contract_name, w.slot, body.size(), body);
}

void row(const std::string& what, const std::string& figure, const std::string& reference,
         const std::string& bar) {
  fmt::print("{:<58} {:>20} {:>34}   bar {}\n", what, figure, reference, bar);
  std::fflush(stdout);
}

void writes_and_reads() {
  const Folder folder;
  constexpr std::uint32_t slots = 1'024;
  constexpr std::size_t count = 20'000;
  const auto first = signed_writes(count, slots, 1, chunk_bytes);
  const auto second = signed_writes(count, slots, 101, chunk_bytes);
  Host host{folder.file("node.sqlite"), slots, chunk_bytes, true};
  const double actor = actor_writes(host, first, 256);
  const std::size_t batch =
      std::max<std::size_t>(1, count / std::max<std::uint64_t>(1, host.commits()));
  const double raw = raw_sqlite(folder.file("raw.sqlite"), first, batch);
  row("signed writes of 4 KiB through the replica, durable", fmt::format("{:.0f}/s", actor),
      fmt::format("raw SQLite, batches of {}: {:.0f}/s", batch, raw),
      fmt::format("0.5 of raw: {:.2f}; 4,000/s", actor / raw));

  std::vector<std::string> posts;
  for (const SignedWrite& w : second) posts.push_back(post_text(w));
  std::size_t at = 0;
  const double posted = Load{
      host.node().http_port(), 32, [&] {
        return at < posts.size() ? std::move(posts[at++]) : std::string{};
      }}.run();
  row("writes of 4 KiB over HTTP, 32 connections", fmt::format("{:.0f}/s", posted),
      fmt::format("actor path: {:.0f}/s", actor), fmt::format("0.6 of it: {:.2f}", posted / actor));

  constexpr std::size_t reads = 60'000;
  const auto read = [&](std::uint16_t port, auto target_of) {
    std::size_t asked = 0;
    return Load{port, 16,
                [&] { return asked < reads ? get_text(target_of(asked++)) : std::string{}; }}
        .run();
  };
  BareServer bare;
  const auto raw_route = [&](std::size_t i) {
    return fmt::format("/v2/stackerdb/ST000000000000000000002AMW42H/bench/{}", i % slots);
  };
  static_cast<void>(read(host.node().http_port(), raw_route));  // Warm.
  const double bare_rate = read(bare.port(), raw_route);
  const double node_rate = read(host.node().http_port(), raw_route);
  row("reads of 4 KiB over HTTP, raw route, 16 connections", fmt::format("{:.0f}/s", node_rate),
      fmt::format("bare Beast server: {:.0f}/s", bare_rate),
      fmt::format("0.8 of it: {:.2f}", node_rate / bare_rate));
}

void catching_up() {
  const Folder folder;
  constexpr std::size_t size = 218'000;
  constexpr std::uint32_t slots = 100;
  std::vector<std::unique_ptr<Host>> peers;
  std::vector<network::PeerAddress> known;
  const auto writes = signed_writes(slots, slots, 1, size);
  for (int i = 0; i < 3; ++i) {
    const std::string name = "peer" + std::to_string(i);
    peers.push_back(std::make_unique<Host>(folder.file(name), slots, size, false, name));
    static_cast<void>(actor_writes(*peers.back(), writes, 16));
    known.push_back(peers.back()->as_peer());
  }
  const Stopwatch watch;
  Host late{folder.file("late"), slots, size, false, "late", known};
  std::atomic<std::uint32_t> held{0};
  late.node().slots().listen([&](const consensus::Chunk&) {
    ++held;
    held.notify_one();
  });
  for (std::uint32_t seen = held; seen < slots && watch.seconds() < 30; seen = held)
    held.wait(seen);
  row("a new replica gets 100 chunks of 218 KB from 3 peers",
      fmt::format("{:.2f} s", watch.seconds()), "21.8 MB, all in one process", "2 s");
}

void memory() {
  const Folder folder;
  constexpr std::uint32_t slots = 8'000;
  const std::uint64_t before = runtime::resident_kib();
  Host host{folder.file("node"), slots, chunk_bytes, false};
  const std::uint64_t empty = runtime::resident_kib();
  static_cast<void>(actor_writes(host, signed_writes(slots, slots, 1, chunk_bytes), 64));
  const std::uint64_t full = runtime::resident_kib();
  row("memory of a replica of 8,000 slots",
      fmt::format("{:.0f} MiB", static_cast<double>(empty - before) / 1'024),
      fmt::format("each with 4 KiB: {:.0f} MiB", static_cast<double>(full - before) / 1'024),
      "64 MiB with data on disk");
}

/// How many contents must be tried for K replacements of one version.
void equivocation() {
  std::uint64_t tried = 0;
  consensus::ZeroBits best{};
  fmt::print("\nreplacements of one version by equivocation, contents hashed for each in sum:\n");
  for (std::uint32_t k = 1; k <= 18; ++k) {
    while (true) {
      Bytes content(8);
      put_be(content.data(), ++tried);
      const auto zeros = consensus::leading_zero_bits(crypto::sha512_256(content));
      if (zeros <= best) continue;
      best = zeros;
      break;
    }
    fmt::print("  K = {:>2}: {:>9} ({} leading zero bits, 2^{} = {})\n", k, tried, best.value,
               best.value, std::uint64_t{1} << best.value);
    if (tried > 1'000'000) break;
  }
}

}  // namespace

int main() {
  spdlog::set_level(spdlog::level::off);
  writes_and_reads();
  catching_up();
  memory();
  equivocation();
  return 0;
}
