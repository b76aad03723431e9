// Packages of five models used as an application would; FIELD and SOUND are names that the test fills in.
#include <cstdio>
#include <cstdlib>
#include <new>
static std::size_t allocations = 0;
void* operator new(std::size_t size) {
  ++allocations;
  if (void* found = std::malloc(size)) return found;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
#define CHECK(what) do { if (!(what)) { std::printf("line %d: %s\n", __LINE__, #what); return 1; } } while (false)

template <class Act>
std::string refused(Act act) {
  try {
    act();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "";
}

bool said(const std::string& message, const char* part) { return message.find(part) != std::string::npos; }

int main(int, char** arguments) {
  {
    namespace two = models::two_signatures_float32;
    two::Options options;
    options.threads = 2;
    two::TwoSignaturesFloat32 model(options);
    const two::EncodeResult code = model.encode({-1.0f, -0.6f, -0.2f, 0.2f, 0.6f, 1.0f});
    std::printf("code");
    for (float value : code.raw.code.values) std::printf(" %a", static_cast<double>(value));
    std::printf("\nplain");
    for (float value : model.decode(code.code).raw.plain.values) std::printf(" %a", static_cast<double>(value));
    std::printf("\n");
    CHECK(refused([&] { model.encode({1.0f}); }) == "'plain' takes 6 values, not 1");
    options.model_path = arguments[1];
    CHECK(said(refused([&] { two::TwoSignaturesFloat32 other(options); }), "is not the model of this code"));
    options.model_path = "missing.tflite";
    CHECK(refused([&] { two::TwoSignaturesFloat32 other(options); }) == "missing.tflite cannot be read");
  }
  {
    namespace counter = models::counter_float32;
    counter::CounterFloat32 model;
    CHECK(model.read().total.values == (std::vector<float>{0, 0}));
    model.add({1, 2});
    model.add(std::vector<float>{1, 2});
    CHECK(model.read().total.values == (std::vector<float>{2, 4}));
    model.reset();
    CHECK(model.read().total.values == (std::vector<float>{0, 0}));
    counter::CounterFloat32 moved = std::move(model);
    moved.add({3, 4});
    CHECK(moved.read().total.values == (std::vector<float>{3, 4}));
  }
  {
    namespace any = models::sine_any_batch_float32;
    any::SineAnyBatchFloat32 model;
    const std::vector<float> five = {0, 1, 2, 3, 4};
    const auto many = model.run(five);
    CHECK(many.raw.FIELD.shape == (any::Shape{5, 1}));
    for (std::size_t place = 0; place < 5; ++place) {
      const auto one = model.run(any::Values<float>(&five[place], 1));
      CHECK(one.raw.FIELD.shape == (any::Shape{1, 1}));
      const float off = one.raw.FIELD.values[0] - many.raw.FIELD.values[place];
      CHECK(off < 1e-6f && off > -1e-6f);
    }
    std::printf("batch");
    for (float value : many.raw.FIELD.values) std::printf(" %a", static_cast<double>(value));
    std::printf("\n");
  }
  {
    namespace sound = models::audio;
    sound::SOUND model;
    std::vector<std::int16_t> samples(500);
    for (std::size_t place = 0; place < samples.size(); ++place) samples[place] = static_cast<std::int16_t>(place * 61);
    std::vector<float> heard;
    model.runFrames({samples.data(), 250, 2}, [&](const sound::RunResult& result) {
      heard.insert(heard.end(), result.loud.values.begin(), result.loud.values.end());
    });
    CHECK(heard.size() == 300);
    for (std::size_t place = 0; place < heard.size(); ++place) {
      const float left = place < 250 ? static_cast<float>(samples[2 * place]) / 32768.0f : 0.0f;
      const float right = place < 250 ? static_cast<float>(samples[2 * place + 1]) / 32768.0f : 0.0f;
      CHECK(heard[place] == (left + right < 0 ? -(left + right) / 2.0f : (left + right) / 2.0f));
    }
    CHECK(said(refused([&] { model.run({samples.data(), 10, 1, 44100}); }), "takes 8000 samples a second, not 44100"));
    CHECK(said(refused([&] { model.run({samples.data(), 101}); }), "takes 100 samples at most, not 101"));
  }
  {
    namespace image = models::image_uint8;
    image::Options options;
    options.locale = "de";
    image::ImageUint8 model(options);
    const std::vector<std::uint8_t> pixels(16 * 9 * 3, 200);
    image::RunTensors tensors;
    image::RunResult result;
    const auto once = [&] {
      model.prepareRun({pixels.data(), 16, 9}, tensors);
      model.readRun(result.raw, result);
    };
    model.run({pixels.data(), 16, 9}, result);
    CHECK(result.colours.top.size() == 3 && result.colours.top[0].label == "rot");
    once();
    const std::size_t before = allocations;
    for (int time = 0; time < 5; ++time) once();
    CHECK(allocations == before);
    CHECK(said(refused([&] { model.run({pixels.data(), 0, 9}); }), "takes an image"));
  }
  std::printf("well\n");
  return 0;
}
