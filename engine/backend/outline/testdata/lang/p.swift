struct P {
    /// Moves.
    func move(by d: Int, _ q: String = "a") throws -> Int {
        guard d > 0 else { throw E.bad }
        for i in 0..<d { step(i) }
        return d
    }
}
