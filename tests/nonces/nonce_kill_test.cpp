// No nonce ever answers two sessions, whatever is killed when: a signer runs as a process of its
// own over a SQLite store, is ended with SIGKILL at every point of its path and at drawn moments,
// started again, and asked for contradicting answers. Its disk is put back to an older state, and
// copied to a second process. Source: docs/threshold_signing.md "Nonces".
#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "storage/sqlite_store.hpp"
#include "tests/nonces/pipes.hpp"

using namespace quorate;
using namespace quorate::test;
using consensus::Chunk;
using consensus::ChunkSlot;
using crypto::SessionId;
using messages::PostedRequest;
namespace fs = std::filesystem;

extern char** environ;

namespace {

struct Folder {
  fs::path path;
  explicit Folder(const std::string& name) : path(fs::temp_directory_path() / name) {
    path += "." + std::to_string(getpid());
    fs::remove_all(path);
    fs::create_directories(path);
  }
  ~Folder() { fs::remove_all(path); }
};

/// The process under test with both of its pipes.
class Signer {
 public:
  Signer(const fs::path& store, CutPoint cut, int ordinal) {
    int to[2];
    int from[2];
    REQUIRE(pipe2(to, O_CLOEXEC) == 0);
    REQUIRE(pipe2(from, O_CLOEXEC) == 0);
    const std::string path = store.string();
    const std::string point = std::to_string(static_cast<int>(cut));
    const std::string times = std::to_string(ordinal);
    std::vector<char*> argv{const_cast<char*>(NONCE_SIGNER), const_cast<char*>(path.c_str()),
                            const_cast<char*>(point.c_str()), const_cast<char*>(times.c_str()),
                            nullptr};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, to[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, from[1], STDOUT_FILENO);
    REQUIRE(posix_spawn(&pid_, NONCE_SIGNER, &actions, nullptr, argv.data(), environ) == 0);
    posix_spawn_file_actions_destroy(&actions);
    close(to[0]);
    close(from[1]);
    in_ = to[1];
    out_ = from[0];
  }
  Signer(Signer&& other) noexcept
      : pid_(std::exchange(other.pid_, -1)), in_(std::exchange(other.in_, -1)),
        out_(std::exchange(other.out_, -1)) {}
  ~Signer() {
    if (pid_ > 0) (void)end();
  }

  bool give(ByteView frame) { return write_frame(in_, frame); }
  /// The next frame, or nothing when the process is gone.
  std::optional<Bytes> take() { return read_frame(out_); }
  /// Waits until it says something, at most so long. Drawn moments of death lie in here.
  void listen(int microseconds) const {
    pollfd waiting{out_, POLLIN, 0};
    const timespec time{0, microseconds * 1'000L};
    (void)ppoll(&waiting, 1, &time, nullptr);
  }
  void kill() { ::kill(pid_, SIGKILL); }
  /// No more input; what it had said is lost. @returns exit code, or -signal.
  int end() {
    close(in_);
    close(out_);
    int status = 0;
    REQUIRE(waitpid(std::exchange(pid_, -1), &status, 0) > 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

 private:
  pid_t pid_{-1};
  int in_{-1};
  int out_{-1};
};

/// Everything any process of the signer ever let out, and what it was asked.
class Checker {
 public:
  /// What the world beyond the signer holds of its slots.
  std::map<ChunkSlot, Chunk> newest;

  void on_request(const PostedRequest& request, const crypto::GroupRef& group) {
    const auto session =
        crypto::session_id(group->config(), request.request(Hash256::from(
                                                group->config().id().view())));
    sessions_[session] = request.entries[0];
  }
  /// A whole chunk that left the process in one of its lives.
  void on_chunk(const Chunk& chunk, int life) {
    const auto before = newest.find(chunk.slot);
    if (before == newest.end() || before->second.version <= chunk.version) {
      newest.insert_or_assign(chunk.slot, chunk);
    }
    const auto state = decode<messages::MemberState>(chunk.content.bytes.view());
    if (!state.ok() || !state->signing) return;
    for (const auto& list : {state->signing->nonces, state->signing->announce_nonces}) {
      if (!list) continue;
      // A batch lives in one process.
      CHECK(batches_.emplace(list->batch, life).first->second == life);
      for (std::size_t i = 0; i < list->nonces.size(); ++i) {
        const auto index = static_cast<std::uint32_t>(list->base + i);
        CHECK(nonces_.emplace(std::pair{list->batch, index}, list->nonces[i]).first->second ==
              list->nonces[i]);
      }
    }
    last_ = *state->signing;
    for (const auto& share : state->signing->shares) {
      const auto asked = sessions_.find(share.session);
      REQUIRE(asked != sessions_.end());
      auto& answers = answers_[share.session];
      answers.insert(encode(share));
      CHECK(answers.size() == 1);
      auto& uses = uses_[{asked->second.batch, asked->second.index}];
      uses.insert(share.session);
      CHECK(uses.size() == 1);
    }
  }
  [[nodiscard]] const std::optional<messages::SigningState>& last() const { return last_; }
  [[nodiscard]] std::size_t answered() const { return answers_.size(); }
  [[nodiscard]] std::size_t batches() const { return batches_.size(); }

 private:
  std::map<SessionId, crypto::RequestEntry> sessions_;
  std::map<SessionId, std::set<Bytes>> answers_;
  std::map<std::pair<crypto::BatchId, std::uint32_t>, std::set<SessionId>> uses_;
  std::map<std::pair<crypto::BatchId, std::uint32_t>, crypto::PublicNonce> nonces_;
  std::map<crypto::BatchId, int> batches_;
  std::optional<messages::SigningState> last_;
};

/// Two members played by the test, the store of the third, and all that is known of it.
class Stage {
 public:
  explicit Stage(const std::string& name)
      : folder(name), network(signer_scenario()) {
    REQUIRE(network.generate(40));
    const auto store = storage::SqliteStore::open(path().string());
    REQUIRE(store.ok());
    std::vector<storage::RecordWrite> writes;
    const auto& member = network.members()[0];
    for (const auto& [table, rows] : member.disk) {
      for (const auto& [key, value] : rows) writes.push_back({table, key, value});
    }
    for (const auto& [slot, chunk] : member.replica) {
      writes.push_back({storage::Table::chunks, encode(slot), encode(chunk)});
      if (slot == own_slot(0)) checker.newest.insert_or_assign(slot, chunk);
      if (slot == own_slot(1)) version = chunk.version.value;
    }
    REQUIRE((*store)->commit(writes).ok());
    observe();
  }

  [[nodiscard]] fs::path path() const { return folder.path / "signer.sqlite"; }
  [[nodiscard]] ChunkSlot own_slot(std::size_t p) const {
    return consensus::first_signing_slot(network.params(), network.set(),
                                         MemberIndex{static_cast<std::uint16_t>(p)});
  }
  /// Asks for nonce (batch, index) = `nonce`; `mark` tells subjects apart, `others` the other
  /// members' nonces.
  PostedRequest request(const crypto::PublicNonce& nonce, const crypto::BatchId& batch,
                        std::uint32_t index, std::uint64_t mark, std::uint32_t others) {
    PostedRequest out;
    out.instance.group = network.set().kind;
    out.instance.purpose = consensus::Purpose::announce;
    out.instance.generation = network.set().generation;
    out.instance.term = TermNumber{1'000};
    out.instance.height = BlockHeight{mark};
    out.view = {1, 0};
    Bytes text;
    Writer{text}.put(mark);
    out.subject = messages::announcement_subject(crypto::sha256(text), group->key());
    out.entries.push_back({MemberIndex{0}, batch, index, nonce});
    for (std::uint16_t q = 1; q < 3; ++q) {
      crypto::RequestEntry entry{MemberIndex{q}, {}, others, {}};
      Bytes seed;
      Writer{seed}.put(others).put(q);
      const auto point =
          crypto::times_generator(crypto::Scalar::from_hash(crypto::sha256(seed))).serialize();
      std::copy(point.bytes.begin(), point.bytes.end(), entry.nonce.bytes.begin());
      std::copy(point.bytes.begin(), point.bytes.end(), entry.nonce.bytes.begin() + 33);
      out.entries.push_back(entry);
    }
    checker.on_request(out, group);
    return out;
  }
  /// Member 1's state with these requests, as its chunk.
  Bytes posted(const std::vector<PostedRequest>& requests) {
    messages::MemberState state;
    state.signing.emplace();
    state.signing->cid = Hash256::from(group->config().id().view());
    state.signing->requests.assign(requests.begin(), requests.end());
    return encode(consensus::sign_chunk(network.params().network_id,
                                        network.scene().db, own_slot(1), ChunkVersion{++version},
                                        SharedBytes{encode(state)}, network.key_of(1)));
  }

  /// Hands a frame over and takes in all that it leads to. @returns whether the process lives on.
  bool ask(Signer& signer, ByteView frame, int life) {
    return signer.give(frame) && settle(signer, life);
  }
  bool settle(Signer& signer, int life) {
    while (const auto said = signer.take()) {
      if (said->empty()) return true;
      const auto chunk = decode<Chunk>(*said);
      REQUIRE(chunk.ok());
      checker.on_chunk(*chunk, life);
    }
    return false;
  }

  Folder folder;
  KeygenNetwork network;
  Checker checker;
  crypto::GroupRef group;
  std::uint64_t version{};

 private:
  /// The group's public shares, from the dealings.
  void observe() {
    std::vector<crypto::DealingRef> dealings;
    const auto& content = network.members()[0].key->content;
    const auto config = messages::keygen_config(network.set(), content.attempt,
                                                network.params().network_id).value();
    for (std::size_t p = 0; p < 3; ++p) {
      if (!content.qualified.test(p)) continue;
      const ChunkSlot slot{network.set().members[p].slots.front().value};
      dealings.push_back(crypto::parse_dealing(
          config, network.members()[0].replica.at(slot).content.bytes).value());
    }
    group = crypto::combine_dealings(config, dealings).value()->group;
  }
};

/// Requests for the newest nonces and for older ones, most of them in each other's way.
class Asker {
 public:
  Asker(Stage& stage, crypto::ChaChaRng& rng) : stage_(&stage), rng_(&rng) {}

  /// What member 1 posts next.
  Bytes next() {
    const auto& offered = stage_->checker.last()->announce_nonces;
    std::vector<PostedRequest> requests;
    if (offered && !offered->nonces.empty()) {
      const auto i = rng_->draw(static_cast<std::uint32_t>(std::min<std::size_t>(
          offered->nonces.size(), 3)));
      const auto ask = [&](std::uint64_t mark, std::uint32_t others) {
        requests.push_back(stage_->request(offered->nonces[i], offered->batch, offered->base + i,
                                           mark, others));
      };
      ask(++mark_, 1);
      ask(++mark_, 1);    // Another subject.
      ask(mark_, 2);      // The same subject with other signers' nonces.
    }
    for (int i = 0; i < 2 && !past_.empty(); ++i) {
      PostedRequest old = past_[rng_->draw(static_cast<std::uint32_t>(past_.size()))];
      requests.push_back(old);  // The same again.
      old.instance.height = BlockHeight{++mark_};
      stage_->checker.on_request(old, stage_->group);
      requests.push_back(old);  // Its nonce for something else.
    }
    past_.insert(past_.end(), requests.begin(), requests.end());
    const std::size_t most = 200;
    if (past_.size() > most) past_.erase(past_.begin(), past_.end() - most);
    // Which of two contradicting ones is first is drawn, too.
    rng_->shuffle(requests);
    return stage_->posted(requests);
  }

 private:
  Stage* stage_;
  crypto::ChaChaRng* rng_;
  std::uint64_t mark_{1};
  std::vector<PostedRequest> past_;
};

crypto::ChaChaRng random_of(std::uint64_t seed) {
  Bytes text;
  Writer{text}.put(seed);
  return {crypto::sha256(text), crypto::ChaChaRng::Rounds::twelve};
}

std::uint64_t number_from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

/// A fresh request that nothing stands against is answered.
void check_still_signs(Stage& stage, const fs::path& store, int life) {
  Signer signer(store, CutPoint::released, 0);
  REQUIRE(stage.settle(signer, life));
  for (const auto& entry : std::map{stage.checker.newest}) {
    REQUIRE(stage.ask(signer, encode(entry.second), life));
  }
  const std::size_t before = stage.checker.answered();
  const auto offered = *stage.checker.last()->announce_nonces;
  const auto request = stage.request(offered.nonces[0], offered.batch, offered.base,
                                     1'000'000'000ull + static_cast<std::uint64_t>(life), 9);
  REQUIRE(stage.ask(signer, stage.posted({request}), life));
  CHECK(stage.checker.answered() == before + 1);
  CHECK(signer.end() == 0);
}

}  // namespace

TEST_CASE("nonces: killed at every point of its path, a signer never answers twice with one") {
  const bool is_nightly = std::getenv("QUORATE_NIGHTLY") != nullptr;
  const std::uint64_t kills = number_from_environment("QUORATE_KILLS", is_nightly ? 500 : 25);
  const std::uint64_t seed = number_from_environment("QUORATE_FIRST_SEED", 1);
  MESSAGE("seed ", seed, ", ", kills, " kills");
  crypto::ChaChaRng rng = random_of(seed);
  Stage stage("quorate-nonces");
  Asker asker(stage, rng);
  std::map<int, int> died_at;
  int life = 1;
  for (std::uint64_t kill = 0; kill < kills; ++life) {
    // Every point in turn, then a drawn moment.
    const int point = static_cast<int>(kill % (cut_points + 1));
    const bool by_time = point == cut_points;
    Signer signer(stage.path(), static_cast<CutPoint>(point % cut_points),
                  by_time ? 0 : 1 + static_cast<int>(rng.draw(12)));
    bool lives = stage.settle(signer, life);
    // Others' replicas may have the signer's own newest words, or not yet.
    if (lives && rng.draw(2) == 0) {
      for (const auto& entry : std::map{stage.checker.newest}) {
        lives = lives && stage.ask(signer, encode(entry.second), life);
      }
    }
    for (int i = 0; lives && i < 8; ++i) {
      const Bytes frame = asker.next();
      if (by_time && i >= 2) {
        lives = signer.give(frame);
        signer.listen(static_cast<int>(rng.draw(4'000)));
        signer.kill();
        (void)stage.settle(signer, life);
        break;
      }
      lives = stage.ask(signer, frame, life);
    }
    if (signer.end() == -SIGKILL) {
      ++died_at[point];
      ++kill;
    }
    REQUIRE(life < static_cast<int>(4 * kills + 100));
  }
  MESSAGE(life, " lives, ", stage.checker.answered(), " sessions answered, ",
          stage.checker.batches(), " batches");
  CHECK(died_at.size() == cut_points + 1);
  CHECK(stage.checker.answered() > kills / 2);
  check_still_signs(stage, stage.path(), life);
}

TEST_CASE("nonces: a disk put back is noticed, and what was spent since stays spent") {
  Stage stage("quorate-rollback");
  crypto::ChaChaRng rng = random_of(7);
  Asker asker(stage, rng);
  const auto live = [&](int life, int requests) {
    Signer signer(stage.path(), CutPoint::released, 0);
    REQUIRE(stage.settle(signer, life));
    for (int i = 0; i < requests; ++i) REQUIRE(stage.ask(signer, asker.next(), life));
    CHECK(signer.end() == 0);
  };
  live(1, 3);
  const fs::path backup = stage.folder.path / "backup";
  fs::create_directories(backup);
  for (const auto& entry : fs::directory_iterator(stage.folder.path)) {
    if (entry.is_regular_file()) fs::copy_file(entry, backup / entry.path().filename());
  }
  live(2, 3);
  live(3, 3);
  const Chunk ahead = stage.checker.newest.at(stage.own_slot(0));
  const std::size_t batches = stage.checker.batches();
  for (const auto& entry : fs::directory_iterator(stage.folder.path)) {
    if (entry.is_regular_file()) fs::remove(entry);
  }
  for (const auto& entry : fs::directory_iterator(backup)) {
    fs::copy_file(entry, stage.folder.path / entry.path().filename());
  }

  // Other replicas still hold what the member wrote since: it must go above that, with a new batch.
  Signer signer(stage.path(), CutPoint::released, 0);
  REQUIRE(stage.settle(signer, 4));
  REQUIRE(stage.ask(signer, encode(ahead), 4));
  REQUIRE(stage.ask(signer, asker.next(), 4));
  REQUIRE(stage.ask(signer, {}, 4));
  const Chunk after = stage.checker.newest.at(stage.own_slot(0));
  CHECK(after.version > ahead.version);
  CHECK(stage.checker.batches() > batches);
  CHECK(signer.end() == 0);
  check_still_signs(stage, stage.path(), 5);
}

TEST_CASE("nonces: one file is one process, and two copies never share a nonce") {
  Stage stage("quorate-clone");
  crypto::ChaChaRng rng = random_of(8);
  Asker asker(stage, rng);
  {
    Signer signer(stage.path(), CutPoint::released, 0);
    REQUIRE(stage.settle(signer, 1));
    REQUIRE(stage.ask(signer, asker.next(), 1));
    CHECK(signer.end() == 0);
  }
  const fs::path copy = stage.folder.path / "copy";
  fs::create_directories(copy);
  for (const auto& entry : fs::directory_iterator(stage.folder.path)) {
    if (entry.is_regular_file()) fs::copy_file(entry, copy / entry.path().filename());
  }
  Signer one(stage.path(), CutPoint::released, 0);
  REQUIRE(stage.settle(one, 2));
  {
    Signer second(stage.path(), CutPoint::released, 0);
    CHECK_FALSE(second.take().has_value());
    CHECK(second.end() == 5);  // store_in_use
  }
  Signer two(copy / stage.path().filename(), CutPoint::released, 0);
  REQUIRE(stage.settle(two, 3));
  // Both are asked the same, and each sees what the other one wrote.
  const auto newest = [&] { return stage.checker.newest.at(stage.own_slot(0)); };
  for (int i = 0; i < 6; ++i) {
    const Bytes frame = asker.next();
    for (auto* copy_of_it : {&one, &two}) {
      const Chunk standing = newest();
      const int life = copy_of_it == &one ? 2 : 3;
      REQUIRE(stage.ask(*copy_of_it, encode(standing), life));
      REQUIRE(stage.ask(*copy_of_it, frame, life));
      // It never writes below what somebody wrote under its name. The same version is possible when
      // both write at once: replicas keep that as an equivocation.
      CHECK(newest().version >= standing.version);
    }
  }
  CHECK(one.end() == 0);
  CHECK(two.end() == 0);
}
