// Signatures of LiteRT 2.3's Kotlin classes that generated code names, from its documentation; the AAR is in no registry
// that tests reach. Behind them works the interpreter of org.tensorflow.lite, so that what is compiled also runs. As
// LiteRT does, a GPU that is asked for alone is refused without its library; asked for beside the CPU it is forgotten.
package com.google.ai.edge.litert

import android.content.Context
import android.content.res.AssetManager
import java.io.File
import java.nio.ByteBuffer
import java.nio.ByteOrder
import org.tensorflow.lite.Interpreter

enum class Accelerator { NONE, CPU, GPU, NPU }

enum class Status { ErrorUnsupported }

class LiteRtException(val status: Status, message: String) : Exception(message)

interface NpuAcceleratorProvider {
    fun isDeviceSupported(): Boolean
}

class BuiltinNpuAcceleratorProvider(private val context: Context) : NpuAcceleratorProvider {
    override fun isDeviceSupported(): Boolean = false
}

class Environment private constructor() : AutoCloseable {
    enum class Option { CompilerPluginLibraryDir, DispatchLibraryDir }

    override fun close() {}

    companion object {
        @JvmStatic
        @JvmOverloads
        fun create(npuAcceleratorProvider: NpuAcceleratorProvider, options: Map<Option, String> = mapOf()): Environment =
            Environment()
    }
}

class TensorBuffer internal constructor(private val type: String, count: Int) : AutoCloseable {
    internal val memory: ByteBuffer = ByteBuffer.allocateDirect(count).order(ByteOrder.nativeOrder())

    private fun of(vararg types: String): ByteBuffer {
        if (type !in types) throw LiteRtException(Status.ErrorUnsupported, "a tensor of $type is not one of ${types.toList()}")
        return memory.duplicate().order(ByteOrder.nativeOrder()).apply { clear() }
    }

    private fun full(given: Int, wanted: Int) {
        if (given != wanted) throw LiteRtException(Status.ErrorUnsupported, "$given elements for a buffer of $wanted")
    }

    @Throws(LiteRtException::class)
    fun writeInt(data: IntArray) {
        of("INT32").asIntBuffer().apply { full(data.size, remaining()) }.put(data)
    }

    @Throws(LiteRtException::class)
    fun writeFloat(data: FloatArray) {
        of("FLOAT32").asFloatBuffer().apply { full(data.size, remaining()) }.put(data)
    }

    @Throws(LiteRtException::class)
    fun writeInt8(data: ByteArray) {
        of("INT8", "UINT8").apply { full(data.size, remaining()) }.put(data)
    }

    @Throws(LiteRtException::class)
    fun writeBoolean(data: BooleanArray) {
        of("BOOL").apply { full(data.size, remaining()) }.put(ByteArray(data.size) { if (data[it]) 1 else 0 })
    }

    @Throws(LiteRtException::class)
    fun writeLong(data: LongArray) {
        of("INT64").asLongBuffer().apply { full(data.size, remaining()) }.put(data)
    }

    @Throws(LiteRtException::class)
    fun readInt(): IntArray = of("INT32").asIntBuffer().let { view -> IntArray(view.remaining()).also { view.get(it) } }

    @Throws(LiteRtException::class)
    fun readFloat(): FloatArray = of("FLOAT32").asFloatBuffer().let { view -> FloatArray(view.remaining()).also { view.get(it) } }

    @Throws(LiteRtException::class)
    fun readInt8(): ByteArray = of("INT8", "UINT8").let { view -> ByteArray(view.remaining()).also { view.get(it) } }

    @Throws(LiteRtException::class)
    fun readBoolean(): BooleanArray = of("BOOL").let { view -> BooleanArray(view.remaining()) { view.get(it) != 0.toByte() } }

    @Throws(LiteRtException::class)
    fun readLong(): LongArray = of("INT64").asLongBuffer().let { view -> LongArray(view.remaining()).also { view.get(it) } }

    override fun close() {}
}

class CompiledModel private constructor(private val interpreter: Interpreter) : AutoCloseable {
    data class CpuOptions(val numThreads: Int? = null, val xnnPackFlags: Int? = null, val xnnPackWeightCachePath: String? = null)

    class Options(internal vararg val accelerators: Accelerator) {
        var cpuOptions: CpuOptions? = null

        companion object {
            @JvmStatic
            val CPU = Options(Accelerator.CPU)
        }
    }

    @Throws(LiteRtException::class)
    fun createInputBuffer(inputName: String, signature: String? = null): TensorBuffer =
        buffer(call("getInputTensorFromSignature", inputName, signature!!))

    @Throws(LiteRtException::class)
    fun createOutputBuffer(outputName: String, signature: String? = null): TensorBuffer =
        buffer(call("getOutputTensorFromSignature", outputName, signature!!))

    @Throws(LiteRtException::class)
    @JvmOverloads
    fun createInputBuffers(signatureIndex: Int = 0): List<TensorBuffer> =
        List(interpreter.inputTensorCount) { buffer(call("getInputTensor", it)) }

    @Throws(LiteRtException::class)
    @JvmOverloads
    fun createOutputBuffers(signatureIndex: Int = 0): List<TensorBuffer> =
        List(interpreter.outputTensorCount) { buffer(call("getOutputTensor", it)) }

    @Throws(LiteRtException::class)
    @JvmOverloads
    fun run(inputs: List<TensorBuffer>, outputs: List<TensorBuffer>, signatureIndex: Int = 0) {
        (inputs + outputs).forEach { it.memory.clear() }
        val fetches = HashMap<Int, Any>()
        outputs.forEachIndexed { place, buffer -> fetches[place] = buffer.memory }
        interpreter.runForMultipleInputsOutputs(Array(inputs.size) { inputs[it].memory }, fetches)
    }

    @Throws(LiteRtException::class)
    fun run(inputs: Map<String, TensorBuffer>, outputs: Map<String, TensorBuffer>, signature: String? = null) {
        (inputs.values + outputs.values).forEach { it.memory.clear() }
        interpreter.runSignature(inputs.mapValues { it.value.memory }, outputs.mapValues { it.value.memory }, signature)
    }

    override fun close() {
        interpreter.close()
    }

    // by reflection: Tensor is a class in the interpreter that runs here, an interface in the one compiled against
    private fun call(name: String, vararg given: Any): Any {
        val types = given.map { if (it is Int) Int::class.javaPrimitiveType else it.javaClass }
        return Interpreter::class.java.getMethod(name, *types.toTypedArray()).invoke(interpreter, *given)
    }

    private fun buffer(tensor: Any): TensorBuffer {
        val of = tensor.javaClass
        val type = of.getMethod("dataType").apply { isAccessible = true }.invoke(tensor).toString()
        return TensorBuffer(type, of.getMethod("numBytes").apply { isAccessible = true }.invoke(tensor) as Int)
    }

    companion object {
        @Throws(LiteRtException::class)
        @JvmOverloads
        @JvmStatic
        fun create(
            assetManager: AssetManager,
            assetName: String,
            options: Options = Options.CPU,
            optionalEnv: Environment? = null,
        ): CompiledModel = throw LiteRtException(Status.ErrorUnsupported, "no assets here")

        @Throws(LiteRtException::class)
        @JvmOverloads
        @JvmStatic
        fun create(filePath: String, options: Options = Options.CPU, optionalEnv: Environment? = null): CompiledModel {
            if (Accelerator.CPU !in options.accelerators) {
                throw LiteRtException(Status.ErrorUnsupported, "no ${options.accelerators.toList()} here")
            }
            val interpreter = Interpreter(File(filePath), Interpreter.Options())
            interpreter.allocateTensors()
            return CompiledModel(interpreter)
        }
    }
}
