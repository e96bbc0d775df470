class Repo(private val db: Db) {
    suspend fun load(id: String): User? {
        val u = db.find(id) ?: return null
        when (u.kind) {
            1 -> println("a")
            else -> throw Bad("x")
        }
        return u
    }
    fun one(x: Int) = x + 1
}
