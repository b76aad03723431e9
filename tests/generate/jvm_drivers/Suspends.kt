import java.io.File
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.runBlocking
import org.example.kt.interpreter.multi.Multi

fun main(arguments: Array<String>) = runBlocking {
    System.load(arguments[0])
    Multi.open(File(arguments[1])).use { model ->
        val answers = (0 until 36).map { number ->
            async(Dispatchers.Default) {
                val value = FloatArray(4) { -number.toFloat() }
                model.run(value, value, value).sum[3]
            }
        }.awaitAll()
        println("${answers.size} answers, sum ${answers.sum()}")
    }
}
